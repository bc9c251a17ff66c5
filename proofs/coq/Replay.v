(** What the replayed certificates need: how a statement is opposed, and the few lemmas by which a
    leaf is refuted. Facts are kept as [0 < p], [0 <= p] and [p = 0]. *)

Require Export Reals Classical_Prop.
Open Scope R_scope.

(** Opposites. A negated conjunction leaves alternatives open: classical logic. *)
Definition one_fails {A B : Prop} : ~ (A /\ B) -> ~ A \/ ~ B := not_and_or A B.
Definition both_fail {A B : Prop} : ~ (A \/ B) -> ~ A /\ ~ B := not_or_and A B.

Lemma not_positive {p} : ~ p > 0 -> 0 <= - p.
Proof. intro H. exact (Ropp_0_ge_le_contravar _ (Rle_ge _ _ (Rnot_gt_le _ _ H))). Qed.

Lemma negative {p} : ~ p >= 0 -> 0 < - p.
Proof. intro H. exact (Ropp_0_gt_lt_contravar _ (Rnot_ge_lt _ _ H)). Qed.

Lemma two_sides {p} : p <> 0 -> 0 < p \/ 0 < - p.
Proof.
  intro H. destruct (Rdichotomy _ _ H) as [less | more].
  - right. exact (Ropp_0_gt_lt_contravar _ less).
  - left. exact more.
Qed.

(** Products and sums. *)
Definition number (n : positive) : 0 < IZR (Zpos n) := IZR_lt 0 (Zpos n) eq_refl.
Definition square r : 0 <= r * r := Rle_0_sqr r.
Definition weak {a} : 0 < a -> 0 <= a := Rlt_le 0 a.
Definition positive_product {a b} : 0 < a -> 0 < b -> 0 < a * b := Rmult_lt_0_compat a b.
Definition product {a b} : 0 <= a -> 0 <= b -> 0 <= a * b := Rmult_le_pos a b.
Definition sum {a b} : 0 < a -> 0 <= b -> 0 < a + b := Rplus_lt_le_0_compat a b.

Lemma multiple m {p rest} : p = 0 -> rest = 0 -> m * p + rest = 0.
Proof. intros -> ->. rewrite Rmult_0_r. apply Rplus_0_r. Qed.

(** A leaf: a positive sum of products and multiples of equations that cancel. *)
Lemma cancel {products multiples} :
  0 < products -> multiples = 0 -> products + multiples = 0 -> False.
Proof.
  intros positive -> zero. rewrite Rplus_0_r in zero. rewrite zero in positive.
  exact (Rlt_irrefl 0 positive).
Qed.
