package dev.luthier.rater;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All votes, and what was found of them: who is reliable, what is true, who acts together.
 *
 * @param names of the raters, sorted; their places are their numbers
 */
record Ballot(List<String> names, Map<Question.Kind, Part> parts, Groups groups) {
  /** The votes on one kind of question; the questions are sorted. */
  record Part(List<Question> questions, Votes votes, DawidSkene.Found found) {}

  /** A vote before its question has a number. */
  private record Cast(Question question, int rater, boolean yes, Instant at, double moves) {}

  static Ballot of(
      Filter filter, List<Judged> all, Evidence evidence, List<Gold> gold, Instant now) {
    List<String> names =
        List.copyOf(new TreeSet<>(all.stream().map(j -> j.feedback().rater()).toList()));
    Map<String, Integer> numbers = new HashMap<>();
    names.forEach(name -> numbers.put(name, numbers.size()));
    Map<Question.Kind, List<Cast>> cast = new EnumMap<>(Question.Kind.class);
    for (Judged judged : all) {
      Standing atBest = evidence.atBest(judged);
      if (atBest == Standing.REJECTED) {
        continue;
      }
      int rater = numbers.getOrDefault(judged.feedback().rater(), 0);
      boolean person = judged.decision().filter(Decision::byPerson).isPresent();
      double moves = atBest != Standing.ACCEPTED ? 0 : person ? 1 : evidence.factor(judged);
      for (Question.Word word : Question.of(judged.feedback())) {
        cast.computeIfAbsent(word.question().kind(), k -> new ArrayList<>())
            .add(new Cast(word.question(), rater, word.yes(), judged.feedback().at(), moves));
      }
    }
    Map<Question, Boolean> known = new HashMap<>();
    gold.forEach(g -> known.put(g.question(), g.yes()));
    Map<Question.Kind, Part> parts = new EnumMap<>(Question.Kind.class);
    cast.forEach((kind, votes) -> parts.put(kind, part(filter, votes, names.size(), known, now)));
    return new Ballot(names, parts, Groups.of(List.of())).without(filter);
  }

  private static Part part(
      Filter filter, List<Cast> cast, int raters, Map<Question, Boolean> known, Instant now) {
    Map<Question, Instant> newest = new TreeMap<>();
    cast.forEach(c -> newest.merge(c.question(), c.at(), (a, b) -> a.isAfter(b) ? a : b));
    List<Question> questions = List.copyOf(newest.keySet());
    Map<Question, Integer> numbers = new HashMap<>();
    questions.forEach(q -> numbers.put(q, numbers.size()));
    List<Vote> votes = new ArrayList<>();
    for (Cast c : cast) {
      votes.add(
          new Vote(
              numbers.getOrDefault(c.question(), 0),
              c.rater(),
              c.yes(),
              filter.share(c.at(), now),
              c.moves() * filter.share(c.at(), newest.getOrDefault(c.question(), c.at()))));
    }
    @Nullable Boolean[] truths = questions.stream().map(known::get).toArray(Boolean[]::new);
    Votes table = new Votes(questions.size(), raters, votes, truths);
    return new Part(questions, table, filter.raters().of(table));
  }

  /** The same, where raters who act together no longer say what is true. */
  private Ballot without(Filter filter) {
    Map<List<Integer>, Collusion.Pair> pairs = new HashMap<>();
    for (Part part : parts.values()) {
      Collusion.pairs(part.votes(), part.found())
          .forEach((k, p) -> pairs.merge(k, p, Collusion.Pair::with));
    }
    List<Collusion.Pair> all =
        pairs.values().stream()
            .sorted(Comparator.comparingInt(Collusion.Pair::a).thenComparingInt(Collusion.Pair::b))
            .toList();
    Groups found = Groups.of(filter.collusion().suspects(all));
    if (found.of().isEmpty()) {
      return this;
    }
    Map<Question.Kind, Part> again = new EnumMap<>(Question.Kind.class);
    parts.forEach((kind, part) -> again.put(kind, heard(filter, part, found.of().keySet())));
    return new Ballot(names, again, found);
  }

  private static Part heard(Filter filter, Part part, Set<Integer> group) {
    List<Vote> votes =
        part.votes().votes().stream().map(v -> group.contains(v.rater()) ? v.heard() : v).toList();
    Votes table =
        new Votes(part.votes().questions(), part.votes().raters(), votes, part.votes().known());
    return new Part(part.questions(), table, filter.raters().of(table));
  }
}
