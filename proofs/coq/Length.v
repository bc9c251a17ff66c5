(** L: splits of a pool by the length of the path. [pay i n] goes to place i of a path of n legs;
    the owner of a place may present its leg as several. Proved: insertions of one suffice, and the
    least-paid place of a split-proof scheme gets at most R/2^(L-1), which the even one pays. *)

Require Import Reals Lra Lia.
Open Scope R_scope.

(** What the owner of place [i] of [n] gets who presents its leg as [more] legs too many. *)
Definition presented (pay : nat -> nat -> R) (i n more : nat) :=
  sum_f_R0 (fun j => pay (i + j)%nat (n + more)%nat) more.

Definition split_proof (pay : nat -> nat -> R) :=
  forall i n more, (1 <= i <= n)%nat -> presented pay i n more <= pay i n.

Definition proof_in_two (pay : nat -> nat -> R) :=
  forall i n, (1 <= i <= n)%nat -> pay i (S n) + pay (S i) (S n) <= pay i n.

Definition not_negative (pay : nat -> nat -> R) :=
  forall i n, (1 <= i <= n)%nat -> 0 <= pay i n.

Lemma single_insertions pay :
  not_negative pay -> (split_proof pay <-> proof_in_two pay).
Proof.
  intro signs. split.
  - intros proof i n place. specialize (proof i n 1%nat place). unfold presented in proof.
    simpl in proof. replace (i + 0)%nat with i in proof by lia.
    replace (i + 1)%nat with (S i) in proof by lia.
    replace (n + 1)%nat with (S n) in proof by lia. exact proof.
  - intros proof i n more place. induction more as [| more IH].
    + unfold presented. simpl. replace (i + 0)%nat with i by lia.
      replace (n + 0)%nat with n by lia. apply Rle_refl.
    + apply (Rle_trans _ (presented pay i n more)); [| exact IH]. unfold presented.
      assert (forall j, (j <= more)%nat ->
        pay (i + j)%nat (S (n + more)) + pay (S (i + j)) (S (n + more))
        <= pay (i + j)%nat (n + more)%nat) as step by (intros j bound; apply proof; lia).
      assert (forall j, (j <= more)%nat -> 0 <= pay (S (i + j)) (S (n + more))) as sign
        by (intros j bound; apply signs; lia).
      rewrite <- plus_n_Sm. rewrite tech5, <- plus_n_Sm.
      destruct more as [| more].
      * simpl. specialize (step 0%nat (le_n 0)). lra.
      * rewrite (tech5 _ more), (tech5 (fun j => pay (i + j)%nat (n + S more)%nat) more).
        specialize (step (S more) (le_n _)) as last.
        assert (sum_f_R0 (fun j => pay (i + j)%nat (S (n + S more))) more
                <= sum_f_R0 (fun j => pay (i + j)%nat (n + S more)%nat) more).
        { apply sum_Rle. intros j bound.
          specialize (step j (le_S _ _ bound)). specialize (sign j (le_S _ _ bound)). lra. }
        lra.
Qed.

Theorem least_paid pay least n :
  proof_in_two pay -> (forall i, (1 <= i <= S n)%nat -> least <= pay i (S n)) ->
  least <= pay 1%nat 1%nat / 2 ^ n.
Proof.
  intro proof. revert least. induction n as [| n IH]; intros least bound.
  - specialize (bound 1%nat). simpl. unfold Rdiv. rewrite Rinv_1, Rmult_1_r. apply bound. lia.
  - assert (2 * least <= pay 1%nat 1%nat / 2 ^ n) as half.
    { apply IH. intros i place. specialize (proof i (S n) place).
      pose proof (bound i). pose proof (bound (S i)).
      assert (least <= pay i (S (S n)) /\ least <= pay (S i) (S (S n))) by (split; auto with zarith).
      lra. }
    assert (0 < 2 ^ n) by (apply pow_lt; lra).
    replace (pay 1%nat 1%nat / 2 ^ S n) with (pay 1%nat 1%nat / 2 ^ n / 2)
      by (simpl; field; lra).
    lra.
Qed.

Definition even (pool : R) (i n : nat) := pool / 2 ^ (n - 1).

Theorem even_split pool : 0 <= pool -> split_proof (even pool) /\ even pool 1 1 = pool.
Proof.
  intro sign. assert (forall n, 0 < 2 ^ n) as power by (intro; apply pow_lt; lra). split.
  - apply single_insertions; unfold even.
    + intros i n place. apply Rle_mult_inv_pos; [exact sign | apply power].
    + intros i n place. destruct n as [| n]; [lia |].
      replace (S (S n) - 1)%nat with (S n) by lia. replace (S n - 1)%nat with n by lia.
      specialize (power n). right. simpl. field. lra.
  - unfold even. simpl. field.
Qed.
