package dev.luthier.recipe;

import dev.luthier.data.Unpadded;
import dev.luthier.error.UserError;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.Classifier;
import dev.luthier.model.MaskedLm;
import dev.luthier.model.Model;
import dev.luthier.model.SentenceEncoder;
import dev.luthier.model.TokenClassifier;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * What a model that scores sequences, or each token by itself, makes of a reference's batch.
 *
 * @param real the batch without padding
 * @param cells (N) the places of the real tokens in the padded batch
 * @param types (N) segments
 */
record EncodedTrial(
    Model model, Reference reference, Unpadded real, Tensor cells, Sequences input, Tensor types)
    implements Trial {
  static EncodedTrial of(Model model, Reference reference) {
    Unpadded real = reference.unpadded(false);
    Compute compute = model.compute();
    Tensor cells = Ops.longs(real.cells(), Compute.CPU);
    Tensor types =
        reference.has("token_type_ids")
            ? reference.tensor("token_type_ids").reshape(-1).index_select(0, cells)
            : cells.mul(Ops.whole(0));
    return new EncodedTrial(
        model,
        reference,
        real,
        cells,
        Sequences.of(real.rows(), compute),
        Ops.longs(Ops.toLongs(types), compute));
  }

  @Override
  public Tensor logits() {
    if (model instanceof Classifier classifier) {
      return classifier
          .logits(input, types)
          .index_select(0, Ops.longs(compared(), model.compute()));
    }
    if (model instanceof TokenClassifier classifier) {
      return classifier.logits(input, types);
    }
    return model instanceof MaskedLm lm
        ? lm.logits(lm.hidden(input, types))
        : ((SentenceEncoder) model).hidden(input, types);
  }

  /** (B, L), or of (B, T, L) the rows of real tokens. */
  @Override
  public Tensor expected(String name) {
    Tensor theirs = reference.tensor(name);
    boolean whole = model instanceof Classifier;
    long[] shape = Ops.shape(theirs);
    long[] ids = Ops.shape(reference.tensor("input_ids"));
    if (shape.length != (whole ? 2 : 3) || shape[0] != ids[0] || (!whole && shape[1] != ids[1])) {
      throw new UserError(
          "%s: %s have shape %s, which is not one row of scores for each %s"
              .formatted(
                  reference.file(), name, Arrays.toString(shape), whole ? "sequence" : "token"));
    }
    return whole
        ? theirs.index_select(0, Ops.longs(compared(), Compute.CPU))
        : theirs.reshape(-1, shape[2]).index_select(0, cells);
  }

  @Override
  public Optional<String> note() {
    return readsPadding()
        ? Optional.of(
            "rows with padding at their end are left out: behind a prompt PEFT's classifiers that are"
                + " decoders read the padding")
        : Optional.empty();
  }

  private boolean readsPadding() {
    return model instanceof Classifier classifier
        && classifier.readsLast()
        && model.frame().stacks().get(0).prompt().current().length() > 0
        && reference.has("attention_mask");
  }

  /** The sequences whose scores are compared. */
  private long[] compared() {
    if (!readsPadding()) {
      return LongStream.range(0, real.rows().size()).toArray();
    }
    Tensor mask = reference.tensor("attention_mask");
    long[] rows = Ops.toLongs(mask.select(1, mask.size(1) - 1).nonzero().reshape(-1));
    if (rows.length == 0) {
      throw new UserError(reference.file() + ": every row has padding; give one without");
    }
    return rows;
  }

  /** Of tokens with labels of their own; the labels of whole sequences are not in such files. */
  @Override
  public Optional<Tensor> loss() {
    if (model instanceof Classifier || model instanceof SentenceEncoder || !labelled()) {
      return Optional.empty();
    }
    long[] all = Ops.toLongs(reference.tensor("labels"));
    long[] own = Arrays.stream(real.cells()).map(c -> all[(int) c]).toArray();
    long[] at = IntStream.range(0, own.length).filter(i -> own[i] >= 0).asLongStream().toArray();
    if (at.length == 0) {
      return Optional.empty();
    }
    Tensor said = logits().index_select(0, Ops.longs(at, model.compute()));
    long[] targets = Arrays.stream(at).map(i -> own[(int) i]).toArray();
    return Optional.of(
        new CrossEntropy().of(said, Ops.longs(targets, model.compute()), targets.length).total());
  }

  private boolean labelled() {
    return reference.has("labels")
        && Arrays.equals(
            Ops.shape(reference.tensor("labels")), Ops.shape(reference.tensor("input_ids")));
  }
}
