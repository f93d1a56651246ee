package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import java.util.Map;

/** A stage that trains nothing: one record per kind, picked by its name in the recipe of stages. */
@Doc("A stage that trains nothing")
public sealed interface Work extends Stage
    permits MergeStage, QuantizeStage, RegroupStage, AnswersStage {
  @Override
  default String what() {
    return Schema.name(this);
  }

  @Override
  default String text() {
    return Yaml.print(Map.of(what(), Unbinder.record((Record) this)));
  }
}
