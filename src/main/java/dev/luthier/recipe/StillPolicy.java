package dev.luthier.recipe;

import dev.luthier.model.CausalLm;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A second policy beside the one that trains. It has the same frozen weights, in the same memory
 * unless they are quantised, and its own copy of what trains.
 *
 * @param own the policy that stands still
 * @param policy the one that trains
 * @param state own copies, as checkpoints hold them
 */
record StillPolicy(Adapted<CausalLm> own, Adapted<CausalLm> policy, List<Parameter> state)
    implements Still {
  private static final String NAME = "ahead.";

  /** Reads the model again, and puts the recipe's method on it. */
  static StillPolicy of(ModelFolder folder, Adapted<CausalLm> policy, Recipe recipe) {
    CausalLm model = folder.load(policy.model().compute());
    Adapted<CausalLm> own = NewHeads.attach(model, recipe.peft(), folder.beginning(recipe.seed()));
    recipe.memory().on(model, note -> {});
    own.training(false);
    share(policy.model(), model);
    List<Parameter> state = new ArrayList<>();
    try (Scope scope = new Scope()) {
      for (int i = 0; i < own.trainable().size(); i++) {
        Tensor now = policy.trainable().get(i).value();
        own.trainable().get(i).set(now.detach().clone()); // in the type that it trains in
      }
      moving(own).forEach(copy -> state.add(new Parameter(NAME + copy.name(), copy.value())));
    }
    StillPolicy out = new StillPolicy(own, policy, state);
    out.catchUp(0);
    return out;
  }

  /** All that a run moves: weights that train, and what the method keeps beside them. */
  private static List<Parameter> moving(Adapted<CausalLm> of) {
    return Stream.concat(of.trainable().stream(), of.course().state().stream()).toList();
  }

  /** Gives back own copies of what is frozen, and looks into the other model's memory. */
  private static void share(Model of, Model with) {
    Map<String, Parameter> there = new HashMap<>();
    of.parameters().stream()
        .filter(p -> p.packed() == null && !p.trainable())
        .forEach(p -> there.put(p.name(), p));
    with.parameters().stream()
        .filter(p -> p.packed() == null && !p.trainable() && there.containsKey(p.name()))
        .forEach(p -> p.set(Objects.requireNonNull(there.get(p.name())).value()));
  }

  @Override
  public void catchUp(long index) {
    List<Parameter> now = moving(policy);
    List<Parameter> then = moving(own);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      for (int i = 0; i < now.size(); i++) {
        then.get(i).value().copy_(now.get(i).value());
      }
    }
  }

  @Override
  public List<Parameter> state() {
    return state;
  }

  @Override
  public void close() {
    state.forEach(Parameter::close);
    try (CausalLm model = own.model()) {
      own.close();
    }
  }
}
