package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupSpecTest {
  private final Scope scope = new Scope();
  private final Parameter matrix = parameter("layers.0.q_proj.weight", 2, 2);
  private final Parameter bias = parameter("layers.0.q_proj.bias", 2);
  private final Parameter norm = parameter("norm.weight", 2);
  private final Parameter head = parameter("lm_head.weight", 3, 2);
  private final List<Parameter> all = List.of(matrix, bias, norm, head);

  @AfterEach
  void free() {
    scope.close();
  }

  private static Parameter parameter(String name, long... shape) {
    return new Parameter(name, torch.zeros(shape));
  }

  private static AdamW with(GroupSpec... groups) {
    return new AdamW(0.1, new Betas(0.9, 0.999), 1e-8, false, List.of(groups));
  }

  @Test
  void normsAndBiasesDoNotDecay() {
    assertThat(with().sort(all, 1e-3, p -> 1))
        .containsExactly(
            new Optim.Group(List.of(matrix, head), 1e-3, 0.1),
            new Optim.Group(List.of(bias, norm), 1e-3, 0));
  }

  @Test
  void theFirstMatchDecides() {
    GroupSpec proj = new GroupSpec("q_proj", Optional.of(5e-3), Optional.empty());
    GroupSpec rest = new GroupSpec("weight$", Optional.empty(), Optional.of(0.0));
    assertThat(with(proj, rest).sort(all, 1e-3, p -> 1))
        .containsExactly(
            new Optim.Group(List.of(matrix, bias), 5e-3, 0.1),
            new Optim.Group(List.of(norm, head), 1e-3, 0));
  }

  @Test
  void parametersMayLearnFaster() {
    assertThat(with().sort(all, 1e-3, p -> p == head ? 16 : 1))
        .containsExactly(
            new Optim.Group(List.of(matrix), 1e-3, 0.1),
            new Optim.Group(List.of(bias, norm), 1e-3, 0),
            new Optim.Group(List.of(head), 1.6e-2, 0.1),
            new Optim.Group(List.of(), 1.6e-2, 0));
  }

  @Test
  void aGroupWithoutParametersIsRefused() {
    GroupSpec group = new GroupSpec("v_proj", Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> with(group).sort(all, 1e-3, p -> 1))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "groups.match \"v_proj\" matches no trainable parameter, the first is"
                + " layers.0.q_proj.weight");
  }

  @Test
  void refusesImpossibleSettings() {
    Betas betas = new Betas(0.9, 0.999);
    refused(() -> new AdamW(-0.1, betas, 1e-8, false, List.of()), "weight_decay", "-0.1");
    refused(() -> new AdamW(0, betas, 0, false, List.of()), "eps", "0");
    refused(() -> new GroupSpec("(", Optional.empty(), Optional.empty()), "match", "(");
  }

  private static void refused(Runnable run, String... parts) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessageContainingAll(parts);
  }
}
