package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.train.Every;

/** What a stopped run goes on from. */
@Doc("What a stopped run goes on from with `--resume`")
public record CheckpointSpec(
    @Doc(
            value =
                "How often; also at each best evaluation, at the end, and when a signal stops the run",
            elsewhere = {"save_steps", "save_strategy"})
        @Default("epoch")
        Every every,
    @Doc(
            value = "How many of the last ones stay, beside the best",
            elsewhere = {"save_total_limit"})
        @Default("2")
        int keep) {
  public CheckpointSpec {
    Check.atLeast("checkpoint.keep", 1, keep);
  }
}
