package dev.luthier.judge;

import dev.luthier.data.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has an answer criticised by a principle and written anew (Bai et al. 2022,
 * https://arxiv.org/abs/2212.08073, section 3.1).
 *
 * @param maxTokens the longest critique, and the longest answer
 */
public record Reviser(
    Oracle oracle, Principles principles, Template critique, Template revision, int maxTokens)
    implements AutoCloseable {
  static final List<String> CRITIQUE = List.of("prompt", "answer", "principle");
  static final List<String> REVISION = List.of("prompt", "answer", "critique", "principle");

  /** An answer written anew. */
  public record Revision(String principle, String critique, String answer) {}

  /** A revision of each answer, in their order; empty where the model wrote nothing. */
  public List<Optional<Revision>> of(List<Example.Answered> answers) {
    List<String> drawn = answers.stream().map(a -> principles.of(Pair.prompt(a))).toList();
    List<String> first = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      first.add(critique.filled(holes(answers.get(i), drawn.get(i), "")));
    }
    List<Optional<String>> critiques = written(first);
    List<String> second = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      second.add(
          revision.filled(holes(answers.get(i), drawn.get(i), critiques.get(i).orElse("(none)"))));
    }
    List<Optional<String>> revised = written(second);
    List<Optional<Revision>> out = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      int at = i;
      out.add(
          critiques
              .get(i)
              .flatMap(c -> revised.get(at).map(text -> new Revision(drawn.get(at), c, text))));
    }
    return out;
  }

  private List<Optional<String>> written(List<String> questions) {
    return oracle.write(questions, maxTokens).stream()
        .map(text -> text.map(String::strip).filter(t -> !t.isEmpty()))
        .toList();
  }

  private static Map<String, String> holes(
      Example.Answered answered, String principle, String critique) {
    return Map.of(
        "prompt",
        Pair.prompt(answered),
        "answer",
        answered.said(),
        "principle",
        principle,
        "critique",
        critique);
  }

  @Override
  public void close() {
    oracle.close();
  }
}
