package dev.luthier.judge;

import dev.luthier.data.Example;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Grades each answer by itself, from 1 to n, and keeps how probable every grade is. Of two answers
 * with grades that are drawn from these, the probability that a is better is
 *
 * <pre>
 * p(a, b) = P(g_a > g_b) + P(g_a = g_b) / 2
 * </pre>
 *
 * The order of the answers cannot matter, as nobody sees both.
 */
public record RubricJudge(Oracle oracle, Template template, int most) implements Judge {
  static final List<String> HOLES = List.of("prompt", "answer", "most");

  @Override
  public List<Optional<Opinion>> of(List<Pair> pairs) {
    Map<Example.Answered, Optional<double[]>> grades = new LinkedHashMap<>();
    Map<Example.Answered, String> asked = new LinkedHashMap<>();
    for (Pair pair : pairs) {
      asked.putIfAbsent(pair.a(), pair.place());
      asked.putIfAbsent(pair.b(), pair.place());
    }
    List<Example.Answered> answers = List.copyOf(asked.keySet());
    List<Optional<double[]>> all = grades(answers, List.copyOf(asked.values()));
    for (int i = 0; i < answers.size(); i++) {
      grades.put(answers.get(i), all.get(i));
    }
    List<Optional<Opinion>> out = new ArrayList<>();
    for (Pair pair : pairs) {
      Optional<double[]> b = grades.getOrDefault(pair.b(), Optional.empty());
      out.add(
          grades
              .getOrDefault(pair.a(), Optional.empty())
              .flatMap(p -> b.map(q -> Opinion.of(better(p, q)))));
    }
    return out;
  }

  /**
   * How probable each grade of each answer is.
   *
   * @param places of the answers, for messages
   */
  List<Optional<double[]>> grades(List<Example.Answered> answers, List<String> places) {
    List<String> labels = IntStream.rangeClosed(1, most).mapToObj(Integer::toString).toList();
    List<Oracle.Question> questions = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Map<String, String> holes =
          Map.of(
              "prompt", Pair.prompt(answers.get(i)),
              "answer", answers.get(i).said(),
              "most", Integer.toString(most));
      questions.add(new Oracle.Question(template.filled(holes), labels, places.get(i)));
    }
    return oracle.choose(questions);
  }

  /**
   * What each answer is worth: the expectation of its grade, scaled to go from 0 to 1.
   *
   * <pre>
   * (sum_g g p(g) - 1) / (n - 1)
   * </pre>
   */
  public List<Optional<Double>> worth(List<Example.Answered> answers, List<String> places) {
    return grades(answers, places).stream()
        .map(grade -> grade.map(p -> (expectation(p) - 1) / (most - 1)))
        .toList();
  }

  private static double expectation(double[] p) {
    double out = 0;
    for (int g = 1; g <= p.length; g++) {
      out += g * p[g - 1];
    }
    return out;
  }

  /** P(g_a > g_b) + P(g_a = g_b) / 2. */
  static double better(double[] a, double[] b) {
    double out = 0;
    double lower = 0; // P(g_b < g)
    for (int g = 0; g < a.length; g++) {
      out += a[g] * (lower + b[g] / 2);
      lower += b[g];
    }
    return Math.min(1, out);
  }

  @Override
  public boolean ordered() {
    return false;
  }

  @Override
  public String identity() {
    return "rubric %d\n%s\n%s".formatted(most, oracle.identity(), template.text());
  }

  @Override
  public Optional<String> cost() {
    return oracle.cost();
  }

  @Override
  public void close() {
    oracle.close();
  }
}
