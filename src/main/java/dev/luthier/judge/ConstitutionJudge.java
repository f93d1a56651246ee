package dev.luthier.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks which answer follows a principle better (Bai et al. 2022, https://arxiv.org/abs/2212.08073,
 * section 4.1, where one is drawn for each question; asking for all and taking the mean is slower
 * and surer).
 *
 * @param all whether every principle is asked for
 */
record ConstitutionJudge(Oracle oracle, Template template, Principles principles, boolean all)
    implements Judge {
  static final List<String> HOLES = List.of("prompt", "answer_a", "answer_b", "principle");

  @Override
  public List<Optional<Opinion>> of(List<Pair> pairs) {
    List<Oracle.Question> questions = new ArrayList<>();
    for (Pair pair : pairs) {
      for (String principle : asked(pair)) {
        Map<String, String> more = Map.of("principle", principle);
        questions.add(PairwiseJudge.question(template, pair, more));
        questions.add(PairwiseJudge.question(template, pair.swapped(), more));
      }
    }
    List<Optional<Opinion>> each = PairwiseJudge.opinions(oracle.choose(questions));
    int n = all ? principles.each().size() : 1;
    List<Optional<Opinion>> out = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      out.add(mean(each.subList(i * n, (i + 1) * n)));
    }
    return out;
  }

  private List<String> asked(Pair pair) {
    return all ? principles.each() : List.of(principles.of(pair.prompt()));
  }

  private static Optional<Opinion> mean(List<Optional<Opinion>> each) {
    List<Opinion> known = each.stream().flatMap(Optional::stream).toList();
    if (known.size() < each.size()) {
      return Optional.empty(); // a mean over some principles is another question
    }
    return Optional.of(
        new Opinion(
            known.stream().mapToDouble(Opinion::ahead).average().orElseThrow(),
            known.stream().mapToDouble(Opinion::behind).average().orElseThrow()));
  }

  @Override
  public boolean ordered() {
    return true;
  }

  @Override
  public String identity() {
    return "constitution %s %s\n%s\n%s"
        .formatted(all, principles, oracle.identity(), template.text());
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
