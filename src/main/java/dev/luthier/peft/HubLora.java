package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * LoRA and (IA)3 as AdapterHub keeps them: at each module M the tensors M.loras.NAME.lora_A (r, in)
 * and .lora_B (out, r); for (IA)3 lora_B (out, 1) alone, which always scales a module's output.
 * Where one module is queries, keys and values, those of the three that have an adapter each have r
 * rows of lora_A and a third of the module's outputs in lora_B.
 *
 * @param file the adapter
 */
record HubLora(HubFile file) {
  /** The method, and its tensors by PEFT's names. */
  HubKin.Told told(List<String> save) {
    JsonNode config = file.config();
    HubKin.only(config, "use_gating", "false");
    HubKin.only(config, "vera_d", "null");
    HubKin.only(config, "vera_b", "null");
    return config.path("composition_mode").asText("add").equals("scale")
        ? scaled(save)
        : added(save);
  }

  private HubKin.Told added(List<String> save) {
    HubKin.only(file.config(), "composition_mode", "add");
    int r = file.config().path("r").asInt(8);
    double alpha = alpha(r);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, Integer> ranks = new LinkedHashMap<>();
    Map<String, Double> alphas = new LinkedHashMap<>();
    List<String> paths = new ArrayList<>();
    for (Slot slot : places("lora_A")) {
      Tensor down = file.tensor(slot.path() + file.at("loras") + "lora_A");
      Tensor up = file.tensor(slot.path() + file.at("loras") + "lora_B");
      Tensor whole = blocks(slot, down, up);
      paths.add(slot.path());
      tensors.put(slot.path() + ".lora_A.weight", down);
      tensors.put(slot.path() + ".lora_B.weight", whole);
      if (down.size(0) != r) {
        ranks.put(slot.path(), (int) down.size(0));
        alphas.put(slot.path(), alpha / r * down.size(0));
      }
    }
    double dropout = file.config().path("dropout").asDouble(0);
    Targets targets = new Targets.Names(paths);
    return new HubKin.Told(
        new Lora(r, alpha, dropout, targets, ranks, alphas, List.of(), false, save), tensors);
  }

  /** Versions before 1.1.0 computed with a scale of 1 whatever alpha said. */
  private double alpha(int r) {
    boolean old = file.json().path("version").asText("").matches("adapters\\.(0|1\\.0)(\\..*)?");
    return old ? r : file.config().path("alpha").asDouble(8);
  }

  private List<Slot> places(String part) {
    List<Slot> out =
        file.model().slots().stream()
            .filter(s -> s.base() instanceof Linear)
            .filter(s -> file.has(s.path() + file.at("loras") + part))
            .toList();
    if (out.isEmpty()) {
      throw new UserError("this is an adapter for another model: no tensor has a place");
    }
    return out;
  }

  /** B for all outputs of a module (out, n r), of n parts' own (n out/3, r). */
  private Tensor blocks(Slot slot, Tensor down, Tensor up) {
    long out = ((Linear) slot.base()).out();
    long r = up.size(1);
    int n = (int) (down.size(0) / r);
    if (n == 1 && up.size(0) == out) {
      return up;
    }
    Tensor whole = torch.zeros(out, n * r);
    List<Integer> thirds = thirds(slot, n, up.size(0));
    for (int i = 0; i < n; i++) {
      whole
          .narrow(0, thirds.get(i) * (out / 3), out / 3)
          .narrow(1, i * r, r)
          .copy_(up.narrow(0, i * (out / 3), out / 3));
    }
    return whole;
  }

  /** Which of queries, keys and values have an adapter. */
  private List<Integer> thirds(Slot slot, int n, long rows) {
    List<String> given = AdapterConfig.strings(file.config().path("attn_matrices"));
    List<Integer> out =
        Stream.of("q", "k", "v")
            .filter(given::contains)
            .map(List.of("q", "k", "v")::indexOf)
            .toList();
    if (out.size() != n || 3 * rows != n * ((Linear) slot.base()).out()) {
      throw new UserError(
          "lora_B of %s has %d rows, which attn_matrices %s do not explain"
              .formatted(slot.path(), rows, given));
    }
    return out;
  }

  private HubKin.Told scaled(List<String> save) {
    double alpha = file.config().path("alpha").asDouble(1);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<String> paths = new ArrayList<>();
    for (Slot slot : places("lora_B")) {
      Tensor own = file.tensor(slot.path() + file.at("loras") + "lora_B").view(-1, 1);
      Tensor l = own.mul(Ops.scalar(alpha));
      long out = ((Linear) slot.base()).out();
      if (own.size(0) != out) {
        List<Integer> thirds = thirds(slot, (int) (3 * own.size(0) / out), own.size(0));
        Tensor whole = torch.ones(out, 1);
        for (int i = 0; i < thirds.size(); i++) {
          whole
              .narrow(0, thirds.get(i) * (out / 3), out / 3)
              .copy_(l.narrow(0, i * (out / 3), out / 3));
        }
        l = whole;
      }
      paths.add(slot.path());
      tensors.put(slot.path() + ".ia3_l", l);
    }
    return new HubKin.Told(
        new Ia3(
            Optional.of(new Targets.Names(paths)), Optional.of(new Targets.Names(List.of())), save),
        tensors);
  }
}
