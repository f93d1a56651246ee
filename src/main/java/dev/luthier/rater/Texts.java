package dev.luthier.rater;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.feedback.Judged;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Edits and comments: repeated with small changes, unrelated to the answer, or oddly long. */
@Doc("What edits and comments have to be like")
public record Texts(
    @Doc(
            "How alike two texts may be, 0 to 1 (the share of runs of five characters that both"
                + " have), before the later one is taken for a copy")
        @Default("0.8")
        double alike,
    @Doc(
            "The share of an edit's words that have to stand in the answer or the prompt; one with"
                + " fewer is quarantined")
        @Default("0.1")
        double related,
    @Doc(
            "How many deviations from the middle length (of edits, beside their answers) are too"
                + " many; robust ones, by the median")
        @Default("6")
        double lengths)
    implements Detector {
  private static final int WORDS = 5; // fewer may well be other words
  private static final int CHARACTERS = 24; // "thank you" is no copy
  private static final int COMPARED = 16; // earlier texts of a mark, at most
  private static final int ENOUGH = 20; // texts that have a middle length
  private static final double NORMAL = 1.4826; // deviation of a normal distribution, in medians
  private static final double FLOOR = 0.25; // a deviation in log length below which all are alike

  public Texts {
    Check.within("filter.text.alike", 0, 1, alike);
    Check.within("filter.text.related", 0, 1, related);
    Check.above("filter.text.lengths", 0, lengths);
  }

  @Override
  public List<Finding> find(List<Judged> all) {
    List<Written> texts = all.stream().map(Written::of).flatMap(Optional::stream).toList();
    List<Finding> out = new ArrayList<>();
    copies(texts, out);
    texts.stream().filter(Written::edit).forEach(edit -> content(edit, out));
    lengths(texts.stream().filter(Written::edit).toList(), out);
    lengths(texts.stream().filter(t -> !t.edit()).toList(), out);
    return out;
  }

  private void copies(List<Written> texts, List<Finding> out) {
    Map<Long, List<Integer>> marked = new HashMap<>();
    List<Shingles> shingles = texts.stream().map(t -> Shingles.of(t.text())).toList();
    for (int i = 0; i < texts.size(); i++) {
      Written text = texts.get(i);
      if (text.text().strip().length() < CHARACTERS) {
        continue;
      }
      int likest = -1;
      double most = alike;
      for (long mark : shingles.get(i).marks()) {
        List<Integer> same = marked.computeIfAbsent(mark, m -> new ArrayList<>());
        for (int j : same) {
          double likeness = shingles.get(i).likeness(shingles.get(j));
          if (likeness >= most && (likeness > most || likest < 0) && text.apart(texts.get(j))) {
            most = likeness;
            likest = j;
          }
        }
        if (same.size() < COMPARED) {
          same.add(i);
        }
      }
      if (likest >= 0) {
        out.add(copy(text, texts.get(likest), most));
      }
    }
  }

  private static Finding copy(Written text, Written earlier, double likeness) {
    boolean same = text.sameRater(earlier);
    String reason =
        String.format(
            Locale.ROOT,
            "this %s is %.0f %% the same as %s, which %s wrote of another answer",
            text.kind(),
            100 * likeness,
            earlier.feedback().id(),
            same ? "the same rater" : "rater " + earlier.feedback().rater());
    String id = text.feedback().id();
    return same ? Finding.rejected(id, reason) : Finding.doubted(id, reason);
  }

  private void content(Written edit, List<Finding> out) {
    String id = edit.feedback().id();
    if (edit.text().strip().equals(edit.answer().text().strip())) {
      out.add(Finding.rejected(id, "this edit is the answer as it was"));
      return;
    }
    List<String> words = words(edit.text());
    Set<String> known = new HashSet<>(words(edit.answer().text()));
    known.addAll(words(edit.answer().messages()));
    long shared = words.stream().filter(known::contains).count();
    if (words.size() >= WORDS && shared < related * words.size()) {
      out.add(
          Finding.doubted(
              id,
              "of this edit's %d words %d stand in the answer or the prompt; it may have nothing to do with them"
                  .formatted(words.size(), shared)));
    }
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
        .filter(w -> !w.isEmpty())
        .toList();
  }

  private void lengths(List<Written> texts, List<Finding> out) {
    if (texts.size() < ENOUGH) {
      return;
    }
    double middle = median(texts.stream().mapToDouble(Written::length).toArray());
    double deviation =
        Math.max(
            FLOOR,
            NORMAL
                * median(texts.stream().mapToDouble(t -> Math.abs(t.length() - middle)).toArray()));
    for (Written text : texts) {
      double away = (text.length() - middle) / deviation;
      if (Math.abs(away) > lengths) {
        out.add(
            Finding.doubted(
                text.feedback().id(),
                String.format(
                    Locale.ROOT,
                    "this %s is %s than all others: %d characters, %.1f deviations from the middle",
                    text.kind(),
                    away > 0 ? "far longer" : "far shorter",
                    text.text().length(),
                    Math.abs(away))));
      }
    }
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
