package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.model.Beside;
import dev.luthier.model.Model;
import dev.luthier.model.Projection;
import dev.luthier.model.Stack;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * LLaMA-Adapter (Zhang et al. 2023, https://arxiv.org/abs/2303.16199): every token of the topmost
 * layers also attends to a prompt of the layer's own, through a gate that begins at zero: softmax(q
 * K^T / sqrt(D)) g (eq. 5, 7), beside the layer's own attention (eq. 8). Equal to PEFT's
 * tuners/adaption_prompt on Llama, Mistral and GPT-2, which has one gate for all heads and no tanh
 * around it, unlike the paper's last version.
 */
@Doc("A prompt beside the attention of the topmost layers, behind a gate (arXiv 2303.16199)")
public record LlamaAdapter(
    @Doc(
            value = "Length of each layer's prompt",
            elsewhere = {"adapter_len"})
        @Default("10")
        int tokens,
    @Doc(
            value =
                "How many of the topmost layers have one; unset: all but the lowest sixteenth, as in"
                    + " the paper (30 of 32)",
            elsewhere = {"adapter_layers"})
        Optional<Integer> layers,
    @Doc(
            value = "Modules trained and saved whole, such as lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  public LlamaAdapter {
    Check.atLeast("llama_adapter.tokens", 1, tokens);
    layers.ifPresent(n -> Check.atLeast("llama_adapter.layers", 1, n));
  }

  @Override
  public Rate usualRate() {
    return new Rate.Fixed(9e-3); // the paper's; the authors' code takes it as of 256 rows a step
  }

  @Override
  public long widest() {
    return tokens;
  }

  @Override
  public Attachment attach(Site site) {
    Model model = site.model();
    Wholes.refuseUnknown(model, save, "llama_adapter.save");
    List<Change<?>> changes = new ArrayList<>();
    List<Parameter> trainable = new ArrayList<>();
    Return back = Return.of(model);
    try (Scope scope = new Scope()) {
      for (Stack.Layer layer : topmost(model)) {
        String at = layer.beside().path();
        Tensor zero = Fresh.full(model.compute(), 0, 1);
        Parameter gate = site.weight(at, "adaption_gate", zero);
        Parameter prompt = site.weight(at, "adaption_prompt", begin(site, trainable.size()));
        changes.add(new Change<>(layer.beside(), new Gated(prompt, gate, back)));
        trainable.addAll(List.of(gate, prompt));
      }
    }
    return Attachment.of(changes, trainable);
  }

  /** Of T5 the decoder's. */
  private List<Stack.Layer> topmost(Model model) {
    List<Stack> stacks = model.frame().stacks();
    List<Stack.Layer> all = stacks.get(stacks.size() - 1).layers();
    int wanted = on(model);
    if (wanted > all.size()) {
      throw new UserError(
          "llama_adapter.layers must be at most the model's %d layers, was %d"
              .formatted(all.size(), wanted));
    }
    return all.subList(all.size() - wanted, all.size());
  }

  /** How many layers of the model have a prompt. */
  int on(Model model) {
    List<Stack> stacks = model.frame().stacks();
    int all = stacks.get(stacks.size() - 1).layers().size();
    return layers.orElse(all - all / 16);
  }

  private Tensor begin(Site site, int at) {
    Site own = new Site(site.model(), site.open(), site.prefix(), site.start().at(at));
    return Start.normal(own, 1, tokens, site.model().config().hiddenSize());
  }

  /** How what the prompt gave comes back to the model's width. */
  private enum Return {
    /** By the output map without its bias, which the layer's own attention has added already. */
    LINEAR {
      @Override
      Tensor of(Tensor y, Projection out) {
        return out.apply(y).sub(out.apply(y.narrow(0, 0, 1).mul(Ops.whole(0))));
      }
    },
    /** By the output map, whose bias is so added twice: PEFT on Llama. */
    WHOLE {
      @Override
      Tensor of(Tensor y, Projection out) {
        return out.apply(y);
      }
    },
    /** As it is: PEFT on GPT-2. */
    BARE {
      @Override
      Tensor of(Tensor y, Projection out) {
        return y;
      }
    };

    abstract Tensor of(Tensor y, Projection out);

    static Return of(Model model) {
      return switch (model.config().modelType()) {
        case "llama", "mistral" -> WHOLE;
        case "gpt2" -> BARE;
        default -> LINEAR;
      };
    }
  }

  /**
   * One layer's. Letters: N tokens, M the prompt's length, H width, A query heads, G key and value
   * heads, D width of a head.
   *
   * @param prompt (1, M, H)
   * @param gate g (1)
   */
  private record Gated(Parameter prompt, Parameter gate, Return back) implements Beside {
    @Override
    public Tensor of(Tensor y, Asked asked) { // (N, H)
      KeysValues own = asked.maps().apply(prompt.as(y).squeeze(0)); // (M, G, D)
      Tensor q = asked.q().transpose(0, 1); // (A, N, D)
      long repeats = q.size(0) / own.keys().size(1);
      Tensor k = heads(own.keys(), repeats); // (A, M, D)
      Tensor v = heads(own.values(), repeats);
      Tensor scores = q.matmul(k.transpose(1, 2)).mul(Ops.scalar(asked.scale())); // eq. 5
      Tensor shares = scores.softmax(2, new ScalarTypeOptional(ScalarType.Float));
      Tensor mixed = gate.as(y).mul(shares.to(y.scalar_type())).matmul(v); // eq. 7
      Tensor flat = mixed.transpose(0, 1).reshape(y.size(0), -1); // (N, A D)
      return y.add(back.of(flat, asked.out())); // eq. 8
    }

    private static Tensor heads(Tensor x, long repeats) {
      return x.transpose(0, 1)
          .repeat_interleave(
              repeats,
              new org.bytedeco.pytorch.LongOptional(0),
              new org.bytedeco.pytorch.LongOptional());
    }
  }
}
