(** T4: the finite relay. Trainers come one by one and train or leave; a trained leg closes the
    share gamma of the gap and is worth [worth] for each unit it closes (w + lambda in the notes).
    Proved: in equilibrium the legs that pay come first and stop at a logarithm of the reward. *)

Require Import Reals Lra Lia.
Open Scope R_scope.

Section Relay.
Variables worth gap0 gamma c : R.
Hypothesis positive : 0 < worth /\ 0 < gap0 /\ 0 < c.
Hypothesis share : 0 < gamma < 1.

(** The gap that trainer [t] finds, given who trained before. *)
Fixpoint gap (trains : nat -> bool) (t : nat) : R :=
  match t with
  | O => gap0
  | S before => if trains before then (1 - gamma) * gap trains before else gap trains before
  end.

Definition payoff (train : bool) (found : R) := if train then worth * (gamma * found) - c else 0.

(** Nobody gains by another action; who is indifferent trains. *)
Definition equilibrium (trains : nat -> bool) :=
  (forall t other, payoff other (gap trains t) <= payoff (trains t) (gap trains t)) /\
  (forall t, payoff false (gap trains t) <= payoff true (gap trains t) -> trains t = true).

Definition last_leg := ln (gamma * gap0 * worth / c) / - ln (1 - gamma).

Lemma equilibrium_is trains :
  equilibrium trains <-> forall t, trains t = true <-> c <= worth * (gamma * gap trains t).
Proof.
  split.
  - intros [best eager] t. specialize (best t false). specialize (eager t).
    unfold payoff in *. destruct (trains t).
    + split; [lra | reflexivity].
    + split; [discriminate | intro pays; apply eager; lra].
  - intro pays. split; intro t.
    + intro other. specialize (pays t). unfold payoff.
      destruct other, (trains t); try apply Rle_refl.
      * apply Rnot_lt_le. intro gains. assert (false = true) by (apply pays; lra). discriminate.
      * assert (c <= worth * (gamma * gap trains t)) by (apply pays; reflexivity). lra.
    + unfold payoff. intro better. apply pays. lra.
Qed.

Lemma gap_of_first trains t :
  (forall s, (s < t)%nat -> trains s = true) -> gap trains t = gap0 * (1 - gamma) ^ t.
Proof.
  induction t as [| t IH]; intro earlier; [simpl; ring |].
  simpl. rewrite (earlier t) by lia. rewrite IH by (intros; apply earlier; lia). ring.
Qed.

(** A leg after [t] others is worth its cost iff t is at most the shipped number. *)
Lemma leg_pays t : c <= worth * (gamma * (gap0 * (1 - gamma) ^ t)) <-> INR t <= last_leg.
Proof.
  destruct positive as (pw & pg & pc).
  assert (0 < gamma * gap0 * worth / c) as ratio
    by (apply Rdiv_lt_0_compat; [repeat apply Rmult_lt_0_compat; lra | lra]).
  assert (0 < (1 - gamma) ^ t) as kept by (apply pow_lt; lra).
  assert (ln (1 - gamma) < 0) as falls by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (worth * (gamma * (gap0 * (1 - gamma) ^ t))
          = gamma * gap0 * worth / c * (1 - gamma) ^ t * c) as -> by (field; lra).
  assert (ln (gamma * gap0 * worth / c * (1 - gamma) ^ t)
          = last_leg * - ln (1 - gamma) - INR t * - ln (1 - gamma)) as logarithm.
  { rewrite ln_mult, ln_pow by (assumption || lra). unfold last_leg. field. lra. }
  set (legs := gamma * gap0 * worth / c * (1 - gamma) ^ t) in *.
  assert (0 < legs) by (apply Rmult_lt_0_compat; assumption).
  split; intro order.
  - assert (1 <= legs) by nra.
    assert (0 <= ln legs) by (rewrite <- ln_1; destruct (Req_dec 1 legs) as [<- | other];
      [lra | left; apply ln_increasing; lra]).
    nra.
  - assert (0 <= ln legs) by nra.
    assert (1 <= legs); [| nra]. apply Rnot_lt_le. intro less.
    pose proof (ln_increasing legs 1). rewrite ln_1 in *. lra.
Qed.

Lemma legs_come_first trains : equilibrium trains ->
  forall t, trains t = true -> forall s, (s <= t)%nat -> trains s = true.
Proof.
  rewrite equilibrium_is. intros pays t. induction t as [| t IH]; intros trained s bound.
  - replace s with 0%nat by lia. exact trained.
  - assert (trains t = true) as earlier.
    { destruct (trains t) eqn:left; [reflexivity |].
      apply pays in trained. simpl in trained. rewrite left in trained.
      rewrite <- left. apply pays. exact trained. }
    destruct (Nat.eq_dec s (S t)) as [-> | other]; [exact trained | apply IH; [exact earlier | lia]].
Qed.

(** T4: exactly the legs up to [last_leg] are trained. *)
Theorem stops_after trains :
  equilibrium trains <-> forall t, trains t = true <-> INR t <= last_leg.
Proof.
  split.
  - intro stable. pose proof (legs_come_first trains stable) as first.
    rewrite equilibrium_is in stable. intro t. split.
    + intro trained. apply leg_pays. rewrite <- (gap_of_first trains).
      * apply stable. exact trained.
      * intros s earlier. apply (first t trained). lia.
    + induction t as [t IH] using (well_founded_induction lt_wf). intro bound.
      apply stable. rewrite gap_of_first; [apply leg_pays; exact bound |].
      intros s earlier. apply IH; [exact earlier |]. apply lt_INR in earlier. lra.
  - intro legs. rewrite equilibrium_is.
    assert (forall t, (forall s, (s < t)%nat -> INR s <= last_leg) ->
              gap trains t = gap0 * (1 - gamma) ^ t) as early
      by (intros t earlier; apply gap_of_first; intros s less; apply legs, earlier, less).
    intro t. split.
    + rewrite legs. intro bound. rewrite early; [apply leg_pays; exact bound |].
      intros s less. apply lt_INR in less. lra.
    + intro pays. destruct (trains t) eqn:left; [reflexivity | exfalso].
      revert left pays. induction t as [| t IH]; intros left pays.
      * assert (trains 0%nat = true); [| congruence]. apply legs, leg_pays.
        simpl. rewrite Rmult_1_r. exact pays.
      * destruct (trains t) eqn:earlier.
        -- apply legs in earlier. rewrite early in pays.
           ++ apply leg_pays, legs in pays. congruence.
           ++ intros s less. assert (s <= t)%nat as at_most by lia. apply le_INR in at_most. lra.
        -- apply IH; [reflexivity |]. simpl in pays. rewrite earlier in pays. exact pays.
Qed.

(** The gap at which the relay stops. *)
Theorem gap_left trains t : equilibrium trains -> trains t = true -> trains (S t) = false ->
  (1 - gamma) * c / (worth * gamma) <= gap trains (S t) < c / (worth * gamma).
Proof.
  rewrite equilibrium_is. intros pays trained stopped. destruct positive as (pw & pg & pc).
  assert (c <= worth * (gamma * gap trains t)) as last by (apply pays; exact trained).
  assert (worth * (gamma * gap trains (S t)) < c) as next.
  { apply Rnot_le_lt. intro more. apply pays in more. congruence. }
  assert (0 < worth * gamma) by (apply Rmult_lt_0_compat; lra).
  simpl in *. rewrite trained in *. split.
  - apply (Rmult_le_reg_l (worth * gamma)); [assumption |].
    replace (worth * gamma * ((1 - gamma) * c / (worth * gamma))) with ((1 - gamma) * c)
      by (field; lra). nra.
  - apply (Rmult_lt_reg_l (worth * gamma)); [assumption |].
    replace (worth * gamma * (c / (worth * gamma))) with c by (field; lra). lra.
Qed.
End Relay.
