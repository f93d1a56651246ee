package dev.luthier.judge;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shows both answers, in both orders, and asks for the letter of the better one (Lee et al. 2023,
 * https://arxiv.org/abs/2309.00267, section 2.1.1).
 */
record PairwiseJudge(Oracle oracle, Template template) implements Judge {
  static final List<String> HOLES = List.of("prompt", "answer_a", "answer_b");
  static final List<String> LETTERS = List.of("A", "B");

  @Override
  public List<Optional<Opinion>> of(List<Pair> pairs) {
    List<Oracle.Question> questions = new ArrayList<>();
    for (Pair pair : pairs) {
      questions.add(question(template, pair, Map.of()));
      questions.add(question(template, pair.swapped(), Map.of()));
    }
    return opinions(oracle.choose(questions));
  }

  /** The question of which answer is better, a shown first. */
  static Oracle.Question question(Template template, Pair pair, Map<String, String> more) {
    Map<String, String> holes = new HashMap<>(more);
    holes.put("prompt", pair.prompt());
    holes.put("answer_a", pair.a().said());
    holes.put("answer_b", pair.b().said());
    return new Oracle.Question(template.filled(holes), LETTERS, pair.place());
  }

  /** Of two answers for each pair: a shown first, a shown second. */
  static List<Optional<Opinion>> opinions(List<Optional<double[]>> chosen) {
    List<Optional<Opinion>> out = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i += 2) {
      Optional<double[]> second = chosen.get(i + 1);
      out.add(chosen.get(i).flatMap(p -> second.map(q -> new Opinion(p[0], q[1]))));
    }
    return out;
  }

  @Override
  public boolean ordered() {
    return true;
  }

  @Override
  public String identity() {
    return "pairwise\n%s\n%s".formatted(oracle.identity(), template.text());
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
