package dev.luthier.feedback;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What feedback says of prompts and texts, whoever said it. All votes on one text, or between two
 * texts, become one; a vote counts with the weight of its decision.
 *
 * <ul>
 *   <li>between two texts: a choice is a vote of 1, 0 or (a tie) 1/2; an edit is a vote of 1 over
 *       the text that it corrects; two texts of one prompt whose grades differ by the gap or more
 *       are a vote of 1/2 + difference/2 with the smaller of their weights
 *   <li>on one text: a thumb is 1 or 0, ratings are their mean brought to 0 to 1, {@code neither}
 *       is 0 on both texts, an edit is 1 on the corrected text
 *   <li>to be imitated: edits, and texts with more thumbs up than down by weight
 * </ul>
 */
final class TrainingRows {
  /** A kind of rows. */
  enum Kind {
    PREFERENCE,
    FEEDBACK,
    SFT
  }

  /** Two texts of one prompt, the smaller one in the order of characters first. */
  private record Texts(String a, String b) {}

  /** What is known of one prompt. */
  private record Known(
      Prompted prompt,
      TreeMap<Texts, Votes> pairs,
      TreeMap<String, Votes> grades,
      TreeMap<String, Votes> labels,
      TreeMap<String, Votes> imitated) {
    private static Known of(Prompted prompt) {
      Comparator<Texts> order = Comparator.comparing(Texts::a).thenComparing(Texts::b);
      return new Known(
          prompt, new TreeMap<>(order), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }
  }

  private final SnapshotRules rules;
  private final Map<String, Known> prompts = new TreeMap<>();
  private long ties;

  TrainingRows(SnapshotRules rules) {
    this.rules = rules;
  }

  void add(Judged judged, double weight) {
    Answer answer = judged.answer();
    Known known = prompts.computeIfAbsent(answer.prompt(), hash -> Known.of(Prompted.of(answer)));
    Said said = judged.feedback().said();
    String text = answer.text();
    if (said instanceof Said.Thumb thumb) {
      double vote = thumb.up() ? 1 : 0;
      vote(known.grades, text, vote, weight);
      vote(known.labels, text, vote, weight);
      vote(known.imitated, text, vote, weight);
    } else if (said instanceof Said.Ratings ratings) {
      double range = Said.Ratings.BEST - Said.Ratings.WORST;
      double vote = (ratings.mean() - Said.Ratings.WORST) / range;
      vote(known.grades, text, vote, weight);
      vote(known.labels, text, vote, weight);
    } else if (said instanceof Said.Choice choice) {
      choose(known, text, judged.other().orElseThrow().text(), choice.preferred(), weight);
    } else if (said instanceof Said.Edit edit) {
      between(known, edit.text(), text, 1, weight);
      vote(known.labels, edit.text(), 1, weight);
      vote(known.imitated, edit.text(), 1, weight);
    }
  }

  private static void choose(
      Known known, String text, String other, Said.Preferred preferred, double weight) {
    switch (preferred) {
      case THIS -> between(known, text, other, 1, weight);
      case OTHER -> between(known, text, other, 0, weight);
      case TIE -> between(known, text, other, 0.5, weight);
      case NEITHER -> {
        vote(known.labels, text, 0, weight);
        vote(known.labels, other, 0, weight);
      }
    }
  }

  private static void vote(TreeMap<String, Votes> votes, String text, double vote, double weight) {
    if (!text.isBlank()) { // of an answer without text there is nothing to learn
      votes.computeIfAbsent(text, t -> new Votes()).add(vote, weight);
    }
  }

  /**
   * @param vote how sure it is that the first is better
   */
  private static void between(
      Known known, String first, String second, double vote, double weight) {
    int order = first.compareTo(second);
    if (order != 0 && !first.isBlank() && !second.isBlank()) {
      Texts texts = order < 0 ? new Texts(first, second) : new Texts(second, first);
      known.pairs.computeIfAbsent(texts, t -> new Votes()).add(order < 0 ? vote : 1 - vote, weight);
    }
  }

  /** The rows, in the order of the prompts' hashes and of the texts. */
  Map<Kind, List<TrainingRow>> rows() {
    Map<Kind, List<TrainingRow>> out = new EnumMap<>(Kind.class);
    List.of(Kind.values()).forEach(kind -> out.put(kind, new ArrayList<>()));
    ties = 0;
    prompts.values().forEach(known -> rows(known, out));
    return out;
  }

  private void rows(Known known, Map<Kind, List<TrainingRow>> out) {
    Known whole = Known.of(known.prompt);
    known.pairs.forEach((texts, votes) -> add(whole, texts, votes.mean(), votes.weight()));
    compareGrades(known, whole);
    whole.pairs.forEach(
        (texts, votes) -> {
          double p = votes.mean();
          if (p == 0.5) {
            ties++;
            return;
          }
          String chosen = p > 0.5 ? texts.a : texts.b;
          String rejected = p > 0.5 ? texts.b : texts.a;
          out.get(Kind.PREFERENCE)
              .add(
                  TrainingRow.pair(
                      known.prompt,
                      chosen,
                      rejected,
                      rules.softLabels() ? Math.max(p, 1 - p) : 1,
                      votes.weight()));
        });
    known.labels.forEach(
        (text, votes) -> {
          if (votes.mean() == 0.5) {
            ties++;
          } else {
            boolean good = votes.mean() > 0.5;
            out.get(Kind.FEEDBACK).add(TrainingRow.label(known.prompt, text, good, votes.weight()));
          }
        });
    known.imitated.forEach(
        (text, votes) -> {
          if (votes.mean() > 0.5) {
            out.get(Kind.SFT).add(TrainingRow.sft(known.prompt, text, votes.weight()));
          }
        });
  }

  private static void add(Known known, Texts texts, double vote, double weight) {
    known.pairs.computeIfAbsent(texts, t -> new Votes()).add(vote, weight);
  }

  private void compareGrades(Known known, Known out) {
    List<String> texts = List.copyOf(known.grades.keySet()); // in order, so a < b
    for (int i = 0; i < texts.size(); i++) {
      Votes a = known.grades.get(texts.get(i));
      for (int j = i + 1; j < texts.size(); j++) {
        Votes b = known.grades.get(texts.get(j));
        double difference = a.mean() - b.mean();
        if (Math.abs(difference) >= rules.gap()) {
          Texts pair = new Texts(texts.get(i), texts.get(j));
          add(out, pair, 0.5 + difference / 2, Math.min(a.weight(), b.weight()));
        }
      }
    }
  }

  /** How many pairs and labels had votes that cancel out. */
  long ties() {
    return ties;
  }
}
