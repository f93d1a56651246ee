package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.UserError;
import dev.luthier.reward.Product;
import dev.luthier.reward.Reward;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Several scorers, multiplied. */
@Name("product")
@Doc("Several scores multiplied: what is good has to be so by all of them at once")
record ProductScorer(@Doc("Those that are multiplied, each under a name") Map<String, Scorer> of)
    implements Scorer {
  ProductScorer {
    of = Collections.unmodifiableMap(new LinkedHashMap<>(of)); // in their order
    if (of.isEmpty()) {
      throw new UserError("product.of must name a scorer, was empty");
    }
    RewardPart.checkNames("product.of", of.keySet());
  }

  @Override
  public Reward open(String device) {
    Map<String, Reward> out = new LinkedHashMap<>();
    try {
      of.forEach((name, scorer) -> out.put(name, scorer.open(device)));
    } catch (UserError e) {
      new Product(out).close();
      throw e;
    }
    return new Product(out);
  }

  @Override
  public boolean bounded() {
    return of.values().stream().allMatch(Scorer::bounded);
  }

  @Override
  public boolean scoresWritten() {
    return of.values().stream().allMatch(Scorer::scoresWritten);
  }
}
