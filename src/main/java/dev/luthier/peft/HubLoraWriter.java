package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.peft.LoraFactors.Factors;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The other way than {@link HubLora}. AdapterHub says where by kinds of modules and layers to leave
 * out; a module of such a kind that the adapter lacks gets one that does nothing.
 *
 * @param at what stands between a module's path and a tensor's name
 */
record HubLoraWriter(Model model, String at) {
  /** What a file holds: its config and tensors. */
  HubKin.Written added(Adapted<?> adapted) {
    PlainLora plain = PlainLora.of(adapted);
    Map<String, Factors> places = plain.places();
    Map<String, Object> config = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Slot slot : slots(places.keySet(), config)) {
      Linear base = (Linear) slot.base();
      int r = plain.lora().rank();
      Factors f = places.get(slot.path());
      Tensor down = f == null ? torch.zeros(r, base.in()) : f.down();
      Tensor up = f == null ? torch.zeros(base.out(), r) : f.up();
      boolean three = HubRole.needed(model, slot) == HubRole.QKV;
      tensors.put(slot.path() + at + "lora_A", three ? Ops.cat(0, down, down, down) : down);
      tensors.put(slot.path() + at + "lora_B", up);
    }
    config.put("r", plain.lora().rank());
    config.put("alpha", AdapterConfig.number(plain.lora().alpha()));
    config.put("dropout", plain.lora().dropout());
    config.put("composition_mode", "add");
    config.put("init_weights", "lora");
    return new HubKin.Written(config, tensors);
  }

  /** The same for (IA)3. */
  HubKin.Written scaled(Adapted<?> adapted) {
    Map<String, Tensor> factors = new LinkedHashMap<>();
    for (Change<?> change : adapted.changes()) {
      String path = change.place().path();
      if (change.with() instanceof Ia3.ScaledOutput map) {
        factors.merge(path, map.factors().value().view(-1, 1), Tensor::mul);
      } else if (change.with() instanceof Ia3.ScaledInput map) {
        factors.merge(feeding(path), map.factors().value().view(-1, 1), Tensor::mul);
      }
    }
    Map<String, Object> config = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Slot slot : slots(factors.keySet(), config)) {
      Tensor l = factors.get(slot.path());
      tensors.put(
          slot.path() + at + "lora_B", l == null ? torch.ones(((Linear) slot.base()).out(), 1) : l);
    }
    config.put("r", 1);
    config.put("alpha", 1);
    config.put("dropout", 0.0);
    config.put("composition_mode", "scale");
    config.put("init_weights", "ia3");
    return new HubKin.Written(config, tensors);
  }

  /**
   * What down(l (act(gate) up)) reads is down(act(gate) (l up)): a gated feed-forward has a module
   * whose output can be scaled instead.
   */
  private String feeding(String path) {
    String other = path.replaceFirst("down_proj$", "up_proj").replaceFirst("wo$", "wi_1");
    if (other.equals(path) || model.slots().stream().noneMatch(s -> s.path().equals(other))) {
      throw new UserError(
          ("ia3 scales what %s reads, behind the activation, and AdapterHub's library scales outputs"
                  + " of modules only; the adapter can stay in PEFT's files")
              .formatted(path));
    }
    return other;
  }

  /** All modules of the kinds that these are of, without layers that have none of them. */
  private List<Slot> slots(Set<String> paths, Map<String, Object> config) {
    Set<HubRole> roles = new LinkedHashSet<>();
    model.slots().stream()
        .filter(s -> paths.contains(s.path()))
        .forEach(s -> roles.add(HubRole.needed(model, s)));
    List<List<Slot>> layers = HubRole.layers(model, roles);
    List<Slot> out = new ArrayList<>();
    List<Integer> without = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).stream().anyMatch(s -> paths.contains(s.path()))) {
        out.addAll(layers.get(i));
      } else {
        without.add(i);
      }
    }
    config.put("architecture", "lora");
    HubRole.write(roles, config);
    config.put("leave_out", without);
    config.put("use_gating", false);
    return out;
  }
}
