package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Segments;
import dev.luthier.loss.StepSize;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The longest answers that prompts can get, for plans: what a step makes, not what it says. */
final class Imagined {
  private Imagined() {}

  static PolicyBatch.Answered of(List<PromptRow> prompts, Compute compute) {
    List<TokenRow> rows =
        prompts.stream()
            .map(prompt -> TokenRow.answering(prompt.ids(), new int[prompt.most()]))
            .flatMap(row -> Collections.nCopies(prompts.get(0).samples(), row).stream())
            .toList();
    long[] lengths = rows.stream().mapToLong(TokenRow::targets).toArray();
    int tokens = (int) Arrays.stream(lengths).sum();
    Tensor zeros = Ops.floats(new float[tokens], compute); // (M)
    StepSize size = new StepSize(lengths.length, tokens, prompts.get(0).most());
    return new PolicyBatch.Answered(
        TokenBatch.sharing(rows, compute),
        Segments.ofLengths(compute, lengths),
        zeros,
        zeros,
        null,
        null,
        null,
        size,
        size);
  }
}
