(** T1: the volunteer's dilemma. Who trains gets b - c, who rides gets b if anybody trains, else 0.
    Its only symmetric equilibrium is 1 - (c/b)^(1/(N-1)); more players, more often nobody trains. *)

Require Import Reals Lra Lia List Participation.
Open Scope R_scope.

Definition volunteers (b c : R) (k : nat) := b - c.
Definition rides (b : R) (k : nat) := match k with O => 0 | S _ => b end.

Lemma power_rises M : forall x y, 0 <= x < y -> x ^ S M < y ^ S M.
Proof.
  induction M as [| M IH]; intros x y order; [simpl; lra |].
  change (x * x ^ S M < y * y ^ S M). specialize (IH x y order).
  assert (0 <= x ^ S M) by (apply pow_le; lra). nra.
Qed.

Lemma one_base M x y : 0 < x -> 0 < y -> x ^ S M = y ^ S M -> x = y.
Proof.
  intros px py same. destruct (Rtotal_order x y) as [less | [equal | more]]; [| exact equal |].
  - pose proof (power_rises M x y). lra.
  - pose proof (power_rises M y x). lra.
Qed.

Lemma expectation_of_constant M a p : bernstein M (fun _ => a) p = a.
Proof. induction M as [| M IH]; [reflexivity |]. rewrite bernstein_step. unfold shift. lra. Qed.

Lemma expected_gain b c M p :
  bernstein M (fun k => volunteers b c k - rides b k) p = b * (1 - p) ^ M - c.
Proof.
  induction M as [| M IH]; [unfold bernstein, volunteers; simpl; ring |].
  rewrite bernstein_step, IH. unfold shift, volunteers, rides.
  rewrite expectation_of_constant. simpl. ring.
Qed.

Section Volunteers.
Variables b c : R.
Hypothesis cost : 0 < c < b.

(** The shipped closed form for N = M + 2 players: the chance that a given one rides. *)
Definition ride_chance M := Rpower (c / b) (/ INR (S M)).

Lemma ratio : 0 < c / b < 1.
Proof.
  split; [apply Rdiv_lt_0_compat; lra |]. apply (Rmult_lt_reg_r b); [lra |].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

Lemma ride_chance_root M : ride_chance M ^ S M = c / b.
Proof.
  unfold ride_chance. rewrite <- Rpower_pow by apply exp_pos.
  rewrite Rpower_mult, Rinv_l, Rpower_1; [reflexivity | apply ratio | apply not_0_INR; lia].
Qed.

Lemma ride_chance_inside M : 0 < ride_chance M < 1.
Proof.
  split; [apply exp_pos |]. apply Rnot_le_lt. intro above.
  pose proof (pow_R1_Rle _ (S M) above) as large. rewrite ride_chance_root in large.
  pose proof ratio. lra.
Qed.

Theorem volunteers_equilibrium M p :
  nash (volunteers b c) (rides b) (repeat p (S (S M))) <-> p = 1 - ride_chance M.
Proof.
  pose proof ratio. pose proof (ride_chance_inside M) as inside.
  pose proof (ride_chance_root M) as root. split.
  - intro equilibrium.
    assert (0 < p < 1) as between
      by (apply (only_interior (volunteers b c) (rides b) (S M)); unfold volunteers, rides;
          [lra | lra | exact equilibrium]).
    apply interior_nash in equilibrium; [| exact between]. rewrite expected_gain in equilibrium.
    assert (1 - p = ride_chance M); [| lra]. apply (one_base M); [lra | lra |].
    rewrite root. apply (Rmult_eq_reg_l b); [| lra].
    replace (b * (c / b)) with c by (field; lra). lra.
  - intros ->. apply interior_nash; [lra |]. rewrite expected_gain.
    replace (1 - (1 - ride_chance M)) with (ride_chance M) by ring. rewrite root. field. lra.
Qed.

(** Nobody trains with probability (c/b)^(N/(N-1)) = (c/b) times the chance to ride. *)
Definition outage M := ride_chance M ^ S (S M).

Lemma outage_is M : outage M = c / b * ride_chance M.
Proof.
  unfold outage. change (ride_chance M * ride_chance M ^ S M = c / b * ride_chance M).
  rewrite ride_chance_root. ring.
Qed.

Theorem outage_rises M : outage M < outage (S M) < c / b.
Proof.
  pose proof ratio. rewrite !outage_is.
  pose proof (ride_chance_inside M) as here. pose proof (ride_chance_inside (S M)) as next.
  assert (ride_chance M < ride_chance (S M)); [| split; nra].
  apply Rnot_le_lt. intro above.
  assert (ride_chance (S M) ^ S (S M) <= ride_chance M ^ S (S M)) as order
    by (apply pow_incr; lra).
  rewrite ride_chance_root in order. change (c / b <= outage M) in order.
  rewrite outage_is in order. nra.
Qed.
End Volunteers.
