package dev.luthier.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.io.Journal;
import dev.luthier.judge.Judge;
import dev.luthier.judge.Opinion;
import dev.luthier.judge.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Opinions that are asked for once.
 *
 * @param identity all that they depend on beside the pair
 */
record KeptOpinions(Journal journal, String identity) {
  /** Those of all pairs: what is known, and what the judge says of the rest. */
  List<Optional<Opinion>> of(Judge judge, List<Pair> pairs) {
    List<Optional<Opinion>> out = new ArrayList<>();
    pairs.forEach(pair -> out.add(journal.find(key(pair)).map(KeptOpinions::read)));
    List<Integer> open =
        IntStream.range(0, pairs.size()).filter(i -> out.get(i).isEmpty()).boxed().toList();
    List<Optional<Opinion>> said =
        open.isEmpty() ? List.of() : judge.of(open.stream().map(pairs::get).toList());
    for (int i = 0; i < open.size(); i++) {
      int at = open.get(i);
      out.set(at, said.get(i));
      said.get(i).ifPresent(opinion -> journal.add(key(pairs.get(at)), written(opinion)));
    }
    return out;
  }

  private String key(Pair pair) {
    return Journal.key(
        String.join(
            "\u0000", identity, pair.text(), pair.label().toString(), pair.columns().toString()));
  }

  private static JsonNode written(Opinion opinion) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    return out.put("ahead", opinion.ahead()).put("behind", opinion.behind());
  }

  private static Opinion read(JsonNode node) {
    return new Opinion(node.path("ahead").asDouble(), node.path("behind").asDouble());
  }
}
