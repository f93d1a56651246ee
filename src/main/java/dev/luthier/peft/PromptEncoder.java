package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What P-tuning computes its virtual tokens by, so that they depend on one another (Liu et al.
 * 2021). Letters: R virtual tokens, E their width, C the width within.
 */
@Doc("What computes the virtual tokens")
public sealed interface PromptEncoder {
  /** PEFT's place for it. */
  String AT = "prompt_encoder.";

  /**
   * One that can be asked.
   *
   * @param weights they learn
   * @param map (R, E) -> (R, E)
   */
  record Built(List<Parameter> weights, UnaryOperator<Tensor> map) {}

  /**
   * @param width E
   */
  Built build(Site site, int width);

  /** The largest size of a tensor that it asks for, whatever the model. */
  default long widest() {
    return hidden().orElse(0);
  }

  /** C, or as wide as an embedding. */
  Optional<Integer> hidden();

  /** W3 relu(W2 relu(W1 x)), with biases. */
  @Doc("Three linear maps")
  record Mlp(
      @Doc(
              value = "Width between the maps; unset: as wide as an embedding",
              elsewhere = {"encoder_hidden_size"})
          Optional<Integer> hidden)
      implements PromptEncoder {
    public Mlp {
      hidden.ifPresent(c -> Check.atLeast("ptuning.encoder.mlp.hidden", 1, c));
    }

    @Override
    public Built build(Site site, int width) {
      int within = hidden.orElse(width);
      Affine first = Affine.drawn(site, AT + "mlp_head.0", width, within);
      Affine second = Affine.drawn(site, AT + "mlp_head.2", within, within);
      Affine third = Affine.drawn(site, AT + "mlp_head.4", within, width);
      return new Built(
          Affine.weights(first, second, third),
          x -> third.apply(second.apply(first.apply(x).relu()).relu()));
    }
  }

  /** W2 relu(W1 [forwards; backwards]) over an LSTM that reads both ways. */
  @Doc("An LSTM that reads the virtual tokens both ways, and two linear maps")
  record Lstm(
      @Doc(
              value = "Width of the LSTM's states; unset: as wide as an embedding",
              elsewhere = {"encoder_hidden_size"})
          Optional<Integer> hidden,
      @Doc(
              value = "Its layers",
              elsewhere = {"encoder_num_layers"})
          @Default("2")
          int layers,
      @Doc(
              value = "Share of the states set to zero between its layers in training",
              elsewhere = {"encoder_dropout"})
          @Default("0")
          double dropout)
      implements PromptEncoder {
    public Lstm {
      hidden.ifPresent(c -> Check.atLeast("ptuning.encoder.lstm.hidden", 1, c));
      Check.atLeast("ptuning.encoder.lstm.layers", 1, layers);
      Check.below("ptuning.encoder.lstm.dropout", 0, 1, dropout);
    }

    @Override
    public Built build(Site site, int width) {
      int within = hidden.orElse(width);
      List<Parameter> gates = gates(site, width, within);
      Affine first = Affine.drawn(site, AT + "mlp_head.0", 2L * within, 2L * within);
      Affine second = Affine.drawn(site, AT + "mlp_head.2", 2L * within, width);
      List<Parameter> weights = new ArrayList<>(gates);
      weights.addAll(Affine.weights(first, second));
      Dropout drop = site.model().dropout();
      return new Built(
          weights, x -> second.apply(first.apply(states(x, gates, within, drop)).relu()));
    }

    /** By torch.nn.LSTM's names, in the order in which torch.lstm takes them. */
    private List<Parameter> gates(Site site, int width, int within) {
      List<Parameter> out = new ArrayList<>();
      for (int layer = 0; layer < layers; layer++) {
        long in = layer == 0 ? width : 2L * within;
        for (String way : new String[] {"", "_reverse"}) {
          String end = "_l" + layer + way;
          out.add(gate(site, "weight_ih" + end, within, 4L * within, in));
          out.add(gate(site, "weight_hh" + end, within, 4L * within, within));
          out.add(gate(site, "bias_ih" + end, within, 4L * within));
          out.add(gate(site, "bias_hh" + end, within, 4L * within));
        }
      }
      return out;
    }

    private static Parameter gate(Site site, String name, int within, long... shape) {
      return Affine.uniform(site, AT + "lstm_head." + name, 1 / Math.sqrt(within), shape);
    }

    /** (R, E) -> (R, 2 C). */
    private Tensor states(Tensor x, List<Parameter> gates, int within, Dropout drop) {
      Tensor none = torch.zeros(new long[] {2L * layers, 1, within}, x.options());
      TensorVector weights =
          new TensorVector(gates.stream().map(Parameter::value).toArray(Tensor[]::new));
      double rate = drop.now(dropout);
      return torch
          .lstm(
              x.unsqueeze(0),
              new TensorVector(none, none),
              weights,
              true,
              layers,
              rate,
              true, // as in training, since cuDNN has no gradient otherwise; the rate says the rest
              true,
              true)
          .get0()
          .squeeze(0);
    }
  }
}
