package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Prefixes as AdapterHub keeps them: the keys and values of all layers in one vector, or a network
 * that gives them. The library lets real tokens begin at position 0 and PEFT at P, so a token i
 * asks turned by i there and by P + i here: &lt;R(P + i) q, R(P) k&gt; = &lt;R(i) q, k&gt;. Where
 * positions turn queries and are nothing else (Llama, Mistral), keys turned by P are therefore the
 * same prefix. There it also has a key for each query head, and PEFT one for each group.
 *
 * <p>Letters: P virtual tokens, L layers, A query heads, G groups, D width of a head, H width.
 */
final class HubPrefix {
  private static final String NAME = "model.prefix_tuning.prefix_tunings.%s.self_prefix.";
  private static final Set<String> TURNING = Set.of("llama", "mistral");

  private HubPrefix() {}

  static HubKin.Told told(HubFile file, List<String> save) {
    PrefixRows form = form(file.model());
    JsonNode config = file.config();
    HubKin.only(config, "use_gating", "false");
    if (!ModelConfig.ids(config, "leave_out").isEmpty()) {
      throw new UserError("leave_out = %s cannot be converted".formatted(config.path("leave_out")));
    }
    String at = NAME.formatted(file.name());
    Tensor given =
        config.path("flat").asBoolean(false)
            ? file.tensor(at + "control_trans")
            : network(file, at);
    long heads = file.model().config().heads();
    long width = 2L * form.layers() * heads * form.headDim();
    if (given.numel() % width != 0) {
      throw new UserError("the prefix is for another model: its size is no multiple of " + width);
    }
    Tensor all =
        given.view(-1, form.layers(), 2, form.heads(), heads / form.heads(), form.headDim());
    Tensor first = all.narrow(4, 0, 1); // (P, L, 2, G, 1, D)
    if (!all.equal(first.expand_as(all))) {
      throw new UserError(
          "heads that share their keys have different ones in the prefix, which PEFT's files cannot hold");
    }
    int tokens = (int) all.size(0);
    Tensor rows = turned(file.model(), first.squeeze(4), tokens).reshape(tokens, form.width());
    return new HubKin.Told(
        new PrefixTuning(tokens, new PrefixTuning.Direct(new Start.Random()), save),
        Map.of(VirtualTokens.GIVEN, rows));
  }

  /** act(E W1 + b1) W2 + b2 for P embeddings E (P, H). */
  private static Tensor network(HubFile file, String at) {
    String name = file.config().path("non_linearity").asText("tanh");
    Nonlinearity act =
        Nonlinearity.named(name)
            .orElseThrow(() -> new UserError("non_linearity = %s is not built".formatted(name)));
    Tensor inner =
        layer(file, at + "control_trans.0.", file.tensor(at + "wte.weight")); // (P, bottleneck)
    return layer(file, at + "control_trans.2.", act.apply(inner));
  }

  private static Tensor layer(HubFile file, String at, Tensor x) {
    return torch.linear(x, file.tensor(at + "weight")).add(file.tensor(at + "bias"));
  }

  static HubKin.Written written(Adapted<?> adapted, String name) {
    Model model = adapted.model();
    PrefixRows form = form(model);
    Tensor rows = VirtualTokens.given(adapted);
    int tokens = (int) rows.size(0);
    Tensor all =
        turned(
            model,
            rows.view(tokens, form.layers(), 2, form.heads(), form.headDim()),
            -tokens); // (P, L, 2, G, D)
    long each = model.config().heads() / form.heads();
    Tensor flat = all.unsqueeze(4).expand(-1, -1, -1, -1, each, -1).reshape(-1);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architecture", "prefix_tuning");
    config.put("encoder_prefix", true);
    config.put("cross_prefix", true);
    config.put("leave_out", List.of());
    config.put("flat", true);
    config.put("prefix_length", tokens);
    config.put("bottleneck_size", 512);
    config.put("non_linearity", "tanh");
    config.put("dropout", 0.0);
    config.put("use_gating", false);
    config.put("shared_gating", true);
    return new HubKin.Written(config, Map.of(NAME.formatted(name) + "control_trans", flat));
  }

  /** The keys of (P, L, 2, G, D) turned by so many positions, the values as they are. */
  private static Tensor turned(Model model, Tensor rows, int by) {
    List<Tensor> layers = new ArrayList<>();
    for (int l = 0; l < rows.size(1); l++) {
      Tensor layer = rows.select(1, l); // (P, 2, G, D)
      Tensor keys = model.frame().stacks().get(0).tokens().turned(layer.select(1, 0), l, by, model);
      layers.add(torch.stack(new TensorVector(keys, layer.select(1, 1)), 1));
    }
    Tensor[] all = layers.stream().map(t -> t.unsqueeze(1)).toArray(Tensor[]::new);
    return Ops.cat(1, all);
  }

  /** The sizes of one virtual token. */
  private static PrefixRows form(Model model) {
    ModelConfig config = model.config();
    if (!TURNING.contains(config.modelType()) || config.json().path("sliding_window").isNumber()) {
      throw new UserError(
          ("PEFT counts a prefix among a sequence's positions and AdapterHub does not, so the same keys"
                  + " and values are not the same model on %s; only those of llama and mistral without"
                  + " a window can be converted")
              .formatted(config.modelType()));
    }
    return PrefixRows.of(1, model);
  }
}
