(** T0 and T1: one leg in which each of N players trains or rides.

    Players mix independently. A player who trains gets [train k], one who rides [ride k], where
    [k] counts the others who train. Proved for every N >= 2: if the gain [train k - ride k] does
    not rise with [k], is positive at 0 and negative at N - 1, exactly one symmetric profile of
    mixed strategies is a Nash equilibrium, and it is interior (T0). In the volunteer's dilemma it
    is 1 - (c/b)^(1/(N-1)) (T1). *)

Require Import Reals Lra Lia List.
Import ListNotations.
Open Scope R_scope.

(** * The game *)

(** The expectation of [f] at the number of those who train, when each does so independently with
    the probability listed. *)
Fixpoint expect (probabilities : list R) (f : nat -> R) : R :=
  match probabilities with
  | [] => f 0%nat
  | q :: rest => (1 - q) * expect rest f + q * expect rest (fun k => f (S k))
  end.

Definition mixed (x : R) := 0 <= x <= 1.
Definition others (i : nat) (profile : list R) := firstn i profile ++ skipn (S i) profile.

Section Game.
Variables train ride : nat -> R.

Definition payoff (own : R) (rest : list R) :=
  own * expect rest train + (1 - own) * expect rest ride.

Definition nash (profile : list R) :=
  forall i, (i < length profile)%nat ->
    mixed (nth i profile 0) /\
    forall x, mixed x ->
      payoff x (others i profile) <= payoff (nth i profile 0) (others i profile).
End Game.

(** * The expectation *)

Definition shift (f : nat -> R) k := f (S k).
Definition bernstein M f p := expect (repeat p M) f.

Lemma bernstein_step M f p :
  bernstein (S M) f p = (1 - p) * bernstein M f p + p * bernstein M (shift f) p.
Proof. reflexivity. Qed.

Lemma expect_minus qs : forall f g,
  expect qs (fun k => f k - g k) = expect qs f - expect qs g.
Proof.
  induction qs as [| q qs IH]; intros f g; simpl; [reflexivity |].
  rewrite (IH f g), (IH (shift f) (shift g) : expect qs (fun k => f (S k) - g (S k)) = _).
  unfold shift. ring.
Qed.

(** If all train with the same probability, it is the binomial one. *)
Definition weight M p k := C M k * p ^ k * (1 - p) ^ (M - k).

Lemma choose_none M : C M 0 = 1.
Proof. unfold C. rewrite Nat.sub_0_r. simpl. field. apply INR_fact_neq_0. Qed.

Lemma choose_all M : C M M = 1.
Proof. rewrite pascal_step1, Nat.sub_diag by lia. apply choose_none. Qed.

Lemma weight_none M p : weight (S M) p 0 = (1 - p) * weight M p 0.
Proof. unfold weight. rewrite !choose_none, !Nat.sub_0_r. simpl. ring. Qed.

Lemma weight_all M p : weight (S M) p (S M) = p * weight M p M.
Proof. unfold weight. rewrite !choose_all, !Nat.sub_diag. simpl. ring. Qed.

Lemma weight_some M p k : (k < M)%nat ->
  weight (S M) p (S k) = (1 - p) * weight M p (S k) + p * weight M p k.
Proof.
  intro less. unfold weight. rewrite <- pascal by exact less.
  replace (S M - S k)%nat with (S (M - S k)) by lia.
  replace (M - k)%nat with (S (M - S k)) by lia. simpl. ring.
Qed.

Theorem binomial_expectation M : forall f p,
  bernstein M f p = sum_f_R0 (fun k => C M k * p ^ k * (1 - p) ^ (M - k) * f k) M.
Proof.
  change (forall f p, bernstein M f p = sum_f_R0 (fun k => weight M p k * f k) M).
  induction M as [| M IH]; intros f p.
  - unfold bernstein, weight. simpl. rewrite choose_none. ring.
  - rewrite bernstein_step, !IH, (decomp_sum _ (S M)) by lia. simpl pred.
    destruct M as [| M].
    + simpl. rewrite weight_none, weight_all. unfold shift. ring.
    + rewrite (decomp_sum (fun k => weight (S M) p k * f k)) by lia. simpl pred.
      rewrite !(tech5 _ M).
      rewrite (sum_eq (fun k => weight (S (S M)) p (S k) * f (S k))
                 (fun k => weight (S M) p (S k) * f (S k) * (1 - p)
                           + weight (S M) p k * shift f k * p)).
      * rewrite plus_sum, <- !scal_sum, (weight_none (S M)), (weight_all (S M)). unfold shift. ring.
      * intros k bound. rewrite weight_some by lia. unfold shift. ring.
Qed.

(** It starts at the first value, ends at the last, and is continuous. *)
Lemma bernstein_at_0 M : forall f, bernstein M f 0 = f 0%nat.
Proof.
  induction M as [| M IH]; intro f; [reflexivity |]. rewrite bernstein_step, IH. ring.
Qed.

Lemma bernstein_at_1 M : forall f, bernstein M f 1 = f M.
Proof.
  induction M as [| M IH]; intro f; [reflexivity |]. rewrite bernstein_step, !IH.
  unfold shift. ring.
Qed.

Lemma bernstein_continuous M : forall f, continuity (bernstein M f).
Proof.
  induction M as [| M IH]; intro f.
  - apply continuity_const. intros x y. reflexivity.
  - change (continuity
      ((fct_cte 1 - id) * bernstein M f + id * bernstein M (shift f))%F).
    assert (continuity id) by apply derivable_continuous, derivable_id.
    assert (continuity (fct_cte 1)) by (apply continuity_const; intros x y; reflexivity).
    apply continuity_plus; apply continuity_mult; auto using continuity_minus.
Qed.

(** It is not negative, or positive, where the values are. *)
Lemma bernstein_nonneg M p : mixed p -> forall f,
  (forall k, (k <= M)%nat -> 0 <= f k) -> 0 <= bernstein M f p.
Proof.
  intro range. induction M as [| M IH]; intros f sign; [apply sign; lia |].
  rewrite bernstein_step. unfold mixed in range.
  apply Rplus_le_le_0_compat; apply Rmult_le_pos; try lra; apply IH; intros k bound;
    apply sign; lia.
Qed.

Lemma bernstein_positive M p : 0 < p < 1 -> forall f,
  (forall k, (k <= M)%nat -> 0 <= f k) ->
  (exists k, (k <= M)%nat /\ 0 < f k) -> 0 < bernstein M f p.
Proof.
  intro range. assert (mixed p) as closed by (unfold mixed; lra).
  induction M as [| M IH]; intros f sign [k [bound positive]].
  - replace k with 0%nat in positive by lia. exact positive.
  - rewrite bernstein_step.
    assert (0 <= bernstein M f p) as first by (apply bernstein_nonneg; auto).
    assert (0 <= bernstein M (shift f) p) as second
      by (apply bernstein_nonneg; [exact closed | intros j less; apply sign; lia]).
    destruct k as [| k].
    + assert (0 < bernstein M f p)
        by (apply IH; [auto | exists 0%nat; split; [lia | exact positive]]).
      nra.
    + assert (0 < bernstein M (shift f) p)
        by (apply IH; [intros j less; apply sign; lia | exists k; split; [lia | exact positive]]).
      nra.
Qed.

(** * Falling values have a falling expectation *)

Definition not_rising M (g : nat -> R) := forall k, (k < M)%nat -> g (S k) <= g k.

Lemma bernstein_slope M g p q :
  bernstein (S M) g p - bernstein (S M) g q
  = (1 - q) * (bernstein M g p - bernstein M g q)
    + q * (bernstein M (shift g) p - bernstein M (shift g) q)
    + (q - p) * bernstein M (fun k => g k - shift g k) p.
Proof.
  rewrite !bernstein_step.
  assert (bernstein M (fun k => g k - shift g k) p = bernstein M g p - bernstein M (shift g) p)
    as -> by apply expect_minus.
  ring.
Qed.

Lemma bernstein_not_rising M p q : mixed p -> mixed q -> p <= q -> forall g,
  not_rising M g -> bernstein M g q <= bernstein M g p.
Proof.
  intros range_p range_q order. induction M as [| M IH]; intros g falls; [apply Rle_refl |].
  assert (bernstein M g q <= bernstein M g p) by (apply IH; intros k less; apply falls; lia).
  assert (bernstein M (shift g) q <= bernstein M (shift g) p)
    by (apply IH; intros k less; apply falls; lia).
  assert (0 <= bernstein M (fun k => g k - shift g k) p).
  { apply bernstein_nonneg; [exact range_p |]. intros k less.
    assert (g (S k) <= g k) by (apply falls; lia). unfold shift. lra. }
  pose proof (bernstein_slope M g p q). unfold mixed in *. nra.
Qed.

Lemma somewhere_falling M : forall g, g M < g 0%nat ->
  exists k, (k < M)%nat /\ g (S k) < g k.
Proof.
  induction M as [| M IH]; intros g less; [lra |].
  destruct (Rlt_le_dec (g (S M)) (g M)) as [here | before].
  - exists M. split; [lia | exact here].
  - destruct (IH g) as [k [bound falls]]; [lra |]. exists k. split; [lia | exact falls].
Qed.

Lemma bernstein_falling M p q g : 0 < p < 1 -> mixed q -> p < q ->
  not_rising M g -> g M < g 0%nat -> bernstein M g q < bernstein M g p.
Proof.
  intros range_p range_q order falls less. destruct M as [| M]; [lra |].
  assert (mixed p) by (unfold mixed; lra).
  assert (bernstein M g q <= bernstein M g p)
    by (apply bernstein_not_rising; auto; [lra | intros k bound; apply falls; lia]).
  assert (bernstein M (shift g) q <= bernstein M (shift g) p)
    by (apply bernstein_not_rising; auto; [lra | intros k bound; apply falls; lia]).
  assert (0 < bernstein M (fun k => g k - shift g k) p).
  { apply bernstein_positive; [exact range_p | |].
    - intros k bound. assert (g (S k) <= g k) by (apply falls; lia). unfold shift. lra.
    - destruct (somewhere_falling (S M) g less) as [k [bound drop]].
      exists k. split; [lia |]. unfold shift. lra. }
  pose proof (bernstein_slope M g p q). unfold mixed in *. nra.
Qed.

(** * Equilibria *)

Lemma others_repeat p M : forall i, (i <= M)%nat -> others i (repeat p (S M)) = repeat p M.
Proof.
  induction M as [| M IH]; intros [| i] bound; try reflexivity; [lia |].
  change (p :: others i (repeat p (S M)) = p :: repeat p M). rewrite IH by lia. reflexivity.
Qed.

Lemma nth_of_repeat p M : forall i, (i < M)%nat -> nth i (repeat p M) 0 = p.
Proof.
  induction M as [| M IH]; intros [| i] bound; try lia; [reflexivity |]. apply IH. lia.
Qed.

Section Equilibria.
Variables train ride : nat -> R.
Let gain k := train k - ride k.

(** A deviation from p to x wins (x - p) times the expected gain of training. *)
Lemma symmetric_nash M p :
  nash train ride (repeat p (S M)) <->
  mixed p /\ forall x, mixed x -> (x - p) * bernstein M gain p <= 0.
Proof.
  assert (forall x, payoff train ride x (repeat p M) - payoff train ride p (repeat p M)
                    = (x - p) * bernstein M gain p) as wins.
  { intro x. unfold payoff, bernstein, gain. rewrite expect_minus. ring. }
  split.
  - intro equilibrium. destruct (equilibrium 0%nat) as [range best]; [simpl; lia |].
    rewrite others_repeat in best by lia. simpl in range, best. split; [exact range |].
    intros x range_x. specialize (best x range_x). rewrite <- wins. lra.
  - intros [range best] i bound. rewrite repeat_length in bound.
    rewrite others_repeat, nth_of_repeat by lia. split; [exact range |].
    intros x range_x. specialize (best x range_x). rewrite <- wins in best. lra.
Qed.

Lemma interior_nash M p : 0 < p < 1 ->
  nash train ride (repeat p (S M)) <-> bernstein M gain p = 0.
Proof.
  intro inside. rewrite symmetric_nash. unfold mixed. split.
  - intros [_ best]. pose proof (best 0). pose proof (best 1). nra.
  - intro zero. rewrite zero. split; [lra |]. intros x range. lra.
Qed.

Lemma only_interior M p : 0 < gain 0 -> gain M < 0 ->
  nash train ride (repeat p (S M)) -> 0 < p < 1.
Proof.
  intros first last equilibrium. apply symmetric_nash in equilibrium.
  destruct equilibrium as [[low high] best]. unfold mixed in best. split.
  - destruct low as [inside | edge]; [exact inside |].
    rewrite <- edge in best. rewrite bernstein_at_0 in best. specialize (best 1). lra.
  - destruct high as [inside | edge]; [exact inside |].
    rewrite edge in best. rewrite bernstein_at_1 in best. specialize (best 0). lra.
Qed.

(** T0, for N = M + 1 players. *)
Theorem one_symmetric_equilibrium M :
  (forall k, (k < M)%nat -> gain (S k) <= gain k) -> 0 < gain 0 -> gain M < 0 ->
  exists p, 0 < p < 1 /\ nash train ride (repeat p (S M)) /\
    forall q, nash train ride (repeat q (S M)) -> q = p.
Proof.
  intros falls first last.
  destruct (IVT_cor (bernstein M gain) 0 1) as [p [range zero]].
  - apply bernstein_continuous.
  - lra.
  - rewrite bernstein_at_0, bernstein_at_1. nra.
  - assert (0 < p < 1) as inside.
    { split.
      - destruct (proj1 range) as [more | edge]; [exact more |].
        rewrite <- edge, bernstein_at_0 in zero. lra.
      - destruct (proj2 range) as [less | edge]; [exact less |].
        rewrite edge, bernstein_at_1 in zero. lra. }
    exists p. split; [exact inside |]. split; [apply interior_nash; assumption |].
    intros q equilibrium.
    assert (0 < q < 1) as inside_q by (apply (only_interior M); assumption).
    apply interior_nash in equilibrium; [| exact inside_q].
    assert (mixed p /\ mixed q) as [mixed_p mixed_q] by (unfold mixed; lra).
    destruct (Rtotal_order p q) as [less | [same | more]]; [| congruence |].
    + pose proof (bernstein_falling M p q gain inside mixed_q less falls). lra.
    + pose proof (bernstein_falling M q p gain inside_q mixed_p more falls). lra.
Qed.
End Equilibria.

(** As a sequence of benefits against a cost. *)
Corollary participation M (b : nat -> R) c :
  (forall k, (k < M)%nat -> b (S k) <= b k) -> b M < c < b 0%nat ->
  exists p, 0 < p < 1 /\ nash (fun k => b k - c) (fun _ => 0) (repeat p (S M)) /\
    forall q, nash (fun k => b k - c) (fun _ => 0) (repeat q (S M)) -> q = p.
Proof.
  intros falls cost. apply one_symmetric_equilibrium.
  - intros k less. specialize (falls k less). lra.
  - lra.
  - lra.
Qed.
