package dev.luthier.recipe;

import dev.luthier.data.Unpadded;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Model;
import dev.luthier.model.Seq2Seq;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What a kind of model makes of a reference's batch. Letters: N rows of scores, as the kind has
 * them, V scores in a row.
 */
interface Trial {
  /** The model's scores now, (N, V). */
  Tensor logits();

  /** The reference's scores under a name, for the same, (N, V) on the host. */
  Tensor expected(String name);

  /** The model's loss, where the reference has labels. */
  Optional<Tensor> loss();

  /** What is to be known about the comparison. */
  default Optional<String> note() {
    return Optional.empty();
  }

  /**
   * @throws dev.luthier.error.UserError if the reference does not fit the model
   */
  static Trial of(Model model, Reference reference) {
    if (model instanceof CausalLm lm) {
      return NextToken.of(lm, reference);
    }
    if (model instanceof Seq2Seq writer) {
      return Target.of(writer, reference);
    }
    return EncodedTrial.of(model, reference);
  }

  private static Tensor loss(Tensor logits, Tensor targets) {
    return new CrossEntropy().of(logits, targets, targets.numel()).total();
  }

  private static long tokens(Reference reference, String name) {
    return reference.tensor(name).numel();
  }

  /**
   * A decoder: each token's scores are for the one behind it, also those of virtual tokens where
   * the reference has them.
   *
   * @param real the batch with those virtual tokens
   */
  record NextToken(CausalLm model, Reference reference, Unpadded real, Sequences input)
      implements Trial {
    static NextToken of(CausalLm model, Reference reference) {
      List<int[]> rows = reference.unpadded(true).rows();
      return new NextToken(
          model, reference, reference.widened(), Sequences.of(rows, model.compute()));
    }

    private Tensor states() {
      return reference.places() > 0 ? model.hiddenOfAll(input) : model.hidden(input);
    }

    @Override
    public Tensor logits() {
      return model.logits(states());
    }

    @Override
    public Tensor expected(String name) {
      return reference
          .logits(name, places(), model.config().vocabSize())
          .index_select(0, Ops.longs(real.cells(), Compute.CPU));
    }

    /** Cells of the reference's batch. */
    private long places() {
      return tokens(reference, "input_ids")
          + reference.places() * reference.tensor("input_ids").size(0);
    }

    @Override
    public Optional<Tensor> loss() {
      if (real.targets().length == 0) {
        return Optional.empty();
      }
      Tensor at = Ops.longs(real.positions(), model.compute());
      Tensor said = model.logits(states().index_select(0, at));
      return Optional.of(Trial.loss(said, Ops.longs(real.targets(), model.compute())));
    }
  }

  /**
   * A decoder above an encoder: the labels are what it is to write, and it reads them one later; or
   * decoder_input_ids say what it reads. Its rows have no padding.
   */
  record Target(Seq2Seq model, Reference reference, String name, Sequences source, Sequences input)
      implements Trial {
    static Target of(Seq2Seq model, Reference reference) {
      String name = reference.has("decoder_input_ids") ? "decoder_input_ids" : "labels";
      List<int[]> rows = reference.rows(name);
      return new Target(
          model,
          reference,
          name,
          Sequences.of(reference.unpadded(false).rows(), model.compute()),
          name.equals("labels") ? model.decoderInput(rows) : Sequences.of(rows, model.compute()));
    }

    @Override
    public Tensor logits() {
      return model.logits(model.hidden(source, input));
    }

    @Override
    public Tensor expected(String which) {
      return reference.logits(which, tokens(reference, name), model.config().vocabSize());
    }

    @Override
    public Optional<Tensor> loss() {
      if (!reference.has("labels")) {
        return Optional.empty();
      }
      List<Long> at = new ArrayList<>();
      List<Long> targets = new ArrayList<>();
      int[] labels = reference.rows("labels").stream().flatMapToInt(Arrays::stream).toArray();
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] >= 0) {
          at.add((long) i);
          targets.add((long) labels[i]);
        }
      }
      return targets.isEmpty()
          ? Optional.empty()
          : Optional.of(Trial.loss(model.logits(source, input, longs(at)), longs(targets)));
    }

    private Tensor longs(List<Long> values) {
      return Ops.longs(values.stream().mapToLong(Long::longValue).toArray(), model.compute());
    }
  }
}
