package dev.luthier.data;

import dev.luthier.error.Check;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Looks at answers that are judged, before they are tokens. */
final class AnswersCheck {
  /** The share of pairs of equal answers from which on the columns themselves must be wrong. */
  private static final double MANY = 0.1;

  private AnswersCheck() {}

  static Findings inspect(Samples train, Samples eval) {
    List<String> warnings = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    same(train, "training").ifPresent(errors::add);
    same(eval, "the evaluation").ifPresent(errors::add);
    sharedPrompts(train, eval).ifPresent(warnings::add);
    oneLabel(train).ifPresent(warnings::add);
    aspects(train, eval).ifPresent(errors::add);
    equalGrades(train).ifPresent(errors::add);
    doubted(train).ifPresent(warnings::add);
    return new Findings(lines(train), lines(eval), warnings, errors);
  }

  private static Optional<String> same(Samples set, String name) {
    List<Refusal> same =
        set.refused().stream().filter(one -> one.reason().equals(Preferences.SAME)).toList();
    return same.size() > MANY * set.rows()
        ? Optional.of(
            "%s: both answers are the same, as in %d of %d rows of %s; look whether the columns chosen and rejected are the right ones"
                .formatted(same.get(0).place(), same.size(), set.rows(), name))
        : Optional.empty();
  }

  private static Optional<String> sharedPrompts(Samples train, Samples eval) {
    Set<Object> asked = new HashSet<>();
    answers(train).forEach(answers -> asked.add(answers.prompt()));
    Found found = Found.NONE;
    for (Sample sample : eval.list()) {
      boolean known =
          sample.example() instanceof Example.Answers answers && asked.contains(answers.prompt());
      found = known ? found.and(sample.place()) : found;
    }
    return found.any()
        ? Optional.of(
            "%d rows of the evaluation have a prompt that training has too, the first is %s"
                .formatted(found.count(), found.first()))
        : Optional.empty();
  }

  private static Optional<String> oneLabel(Samples train) {
    List<Boolean> labels =
        of(train, Judgement.Labelled.class).map(Judgement.Labelled::desirable).toList();
    return labels.stream().distinct().count() == 1
        ? Optional.of(
            "all %d labels of training are %s: nothing tells a good answer from a bad one"
                .formatted(labels.size(), labels.get(0)))
        : Optional.empty();
  }

  /** All graded rows must have the same aspects, the first row's. */
  private static Optional<String> aspects(Samples train, Samples eval) {
    List<Sample> graded =
        Stream.of(train, eval)
            .flatMap(set -> set.list().stream())
            .filter(s -> graded(s).isPresent())
            .toList();
    return graded.stream()
        .filter(s -> !graded(s).map(Judgement.Graded::aspects).equals(wanted(graded)))
        .findFirst()
        .map(
            s ->
                "%s is graded in %s, but %s in %s; grade all rows in the same aspects"
                    .formatted(
                        s.place(),
                        graded(s).orElseThrow().aspects(),
                        graded.get(0).place(),
                        wanted(graded).orElseThrow()));
  }

  private static Optional<List<String>> wanted(List<Sample> graded) {
    return graded(graded.get(0)).map(Judgement.Graded::aspects);
  }

  private static Optional<Judgement.Graded> graded(Sample sample) {
    return sample.example() instanceof Example.Answers answers
            && answers.judgement() instanceof Judgement.Graded graded
        ? Optional.of(graded)
        : Optional.empty();
  }

  private static Optional<String> equalGrades(Samples train) {
    long rows = of(train, Judgement.Graded.class).count();
    List<List<Double>> grades =
        of(train, Judgement.Graded.class)
            .flatMap(graded -> graded.grades().stream())
            .distinct()
            .limit(2)
            .toList();
    return grades.size() == 1 && rows > 1
        ? Optional.of(
            "all answers of training have the grade %s: there is nothing to learn"
                .formatted(grades.get(0)))
        : Optional.empty();
  }

  private static Optional<String> doubted(Samples train) {
    long less = of(train, Judgement.Preferred.class).filter(p -> p.probability() < 0.5).count();
    return less > 0
        ? Optional.of(
            "%d pairs of training have a chosen answer that is rather the worse one (probability below 0.5)"
                .formatted(less))
        : Optional.empty();
  }

  private static List<String> lines(Samples set) {
    List<String> out = new ArrayList<>();
    List<Judgement.Preferred> pairs = of(set, Judgement.Preferred.class).toList();
    if (!pairs.isEmpty()) {
      long soft = pairs.stream().filter(p -> p.probability() != 1).count();
      long margins = pairs.stream().filter(p -> p.margin() != 0).count();
      out.add(
          "%d pairs of answers, %d of them with a probability, %d with a margin"
              .formatted(pairs.size(), soft, margins));
    }
    List<Judgement.Ranked> ranked = of(set, Judgement.Ranked.class).toList();
    if (!ranked.isEmpty()) {
      out.add(
          "%d rankings of up to %d answers, %d of them with ties"
              .formatted(
                  ranked.size(),
                  ranked.stream().mapToInt(Judgement.Ranked::answers).max().orElseThrow(),
                  ranked.stream().filter(Judgement.Ranked::ties).count()));
    }
    List<Judgement.Graded> graded = of(set, Judgement.Graded.class).toList();
    if (!graded.isEmpty()) {
      graded.get(0).aspects().forEach(aspect -> out.add(grades(graded, aspect)));
    }
    return out;
  }

  private static String grades(List<Judgement.Graded> all, String aspect) {
    DoubleSummaryStatistics grades =
        all.stream()
            .filter(graded -> graded.aspects().contains(aspect))
            .map(graded -> graded.only(aspect))
            .flatMap(graded -> graded.grades().stream())
            .mapToDouble(grade -> grade.get(0))
            .summaryStatistics();
    return String.format(
        Locale.ROOT,
        "%d answers with a %s from %s to %s, mean %.4f",
        grades.getCount(),
        aspect,
        Check.text(grades.getMin()),
        Check.text(grades.getMax()),
        grades.getAverage());
  }

  private static Stream<Example.Answers> answers(Samples set) {
    return set.list().stream()
        .filter(sample -> sample.example() instanceof Example.Answers)
        .map(sample -> (Example.Answers) sample.example());
  }

  private static <J extends Judgement> Stream<J> of(Samples set, Class<J> kind) {
    return answers(set).map(Example.Answers::judgement).filter(kind::isInstance).map(kind::cast);
  }
}
