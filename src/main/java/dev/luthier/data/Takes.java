package dev.luthier.data;

import java.util.Optional;

/** Which judgements a method learns from. */
public enum Takes {
  /** One of two answers is better. */
  PAIRS {
    @Override
    Optional<String> refusal(Judgement judgement) {
      if (judgement instanceof Judgement.Labelled) {
        return Optional.of(
            "this method compares answers: give chosen and rejected, or take a method that learns from labels (kto)");
      }
      return judgement instanceof Judgement.Preferred
          ? Optional.empty()
          : Optional.of("this method compares two answers: give chosen and rejected");
    }
  },
  /** One answer is good or not. */
  LABELS {
    @Override
    Optional<String> refusal(Judgement judgement) {
      return judgement instanceof Judgement.Labelled
          ? Optional.empty()
          : Optional.of("this method learns from single answers: give completion and label");
    }
  },
  /** Answers are in an order, without ties. */
  RANKINGS {
    @Override
    Optional<String> refusal(Judgement judgement) {
      if (judgement instanceof Judgement.Ranked ranked && ranked.ties()) {
        return Optional.of(
            "this method needs an order of all answers: give each a rank of its own, or take a method that learns from pairs");
      }
      return TIED_RANKINGS.refusal(judgement);
    }
  },
  /** Answers are in an order, perhaps with ties. */
  TIED_RANKINGS {
    @Override
    Optional<String> refusal(Judgement judgement) {
      boolean order =
          judgement instanceof Judgement.Ranked
              || judgement instanceof Judgement.Preferred p && p.probability() == 1;
      return order
          ? Optional.empty()
          : Optional.of("this method learns from an order: give answers and ranks");
    }
  },
  /** Answers have grades. */
  GRADES {
    @Override
    Optional<String> refusal(Judgement judgement) {
      return judgement instanceof Judgement.Graded
          ? Optional.empty()
          : Optional.of("this method learns from grades: give completion and score");
    }
  },
  /** Answers are compared: in pairs, in an order, perhaps with ties, or by their grades. */
  COMPARISONS {
    @Override
    Optional<String> refusal(Judgement judgement) {
      if (judgement instanceof Judgement.Graded && judgement.answers() == 1) {
        return Optional.of(
            "this method compares answers: give several answers to a prompt, each with its grade");
      }
      return judgement instanceof Judgement.Labelled ? PAIRS.refusal(judgement) : Optional.empty();
    }
  },
  /** The same, but no order has ties. */
  UNTIED_COMPARISONS {
    @Override
    Optional<String> refusal(Judgement judgement) {
      if (judgement instanceof Judgement.Ranked ranked && ranked.ties()) {
        return Optional.of(
            "plackett_luce knows no ties: give each answer a rank of its own, or take ranking: all_pairs");
      }
      return COMPARISONS.refusal(judgement);
    }
  },
  /** All that there is. */
  ANY {
    @Override
    Optional<String> refusal(Judgement judgement) {
      return Optional.empty();
    }
  };

  /** What to do about a judgement that the method cannot learn from; empty for one that it can. */
  abstract Optional<String> refusal(Judgement judgement);

  /** What forbids a row to be learnt from. */
  Optional<Fault> fault(Judgement judgement) {
    return refusal(judgement)
        .map(remedy -> new Fault(Fault.Kind.UNJUDGED, "has " + name(judgement), remedy));
  }

  private static String name(Judgement judgement) {
    if (judgement instanceof Judgement.Labelled) {
      return "one answer with a label";
    }
    if (judgement instanceof Judgement.Preferred) {
      return "a pair of answers";
    }
    if (judgement instanceof Judgement.Ranked ranked) {
      return "a ranking of %d answers%s"
          .formatted(ranked.answers(), ranked.ties() ? " with ties" : "");
    }
    return judgement.answers() + " graded answers";
  }
}
