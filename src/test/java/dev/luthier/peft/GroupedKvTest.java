package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.CausalLm;
import dev.luthier.model.HeadPlaces;
import dev.luthier.model.HeadPlaces.Kind;
import dev.luthier.model.HeadPlaces.Layer;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of weights made by hand, and of the golden families. */
class GroupedKvTest {
  @TempDir Path dir;

  /** Query heads 0 and 1 see head 0, 2 and 3 see head 1; as groups of two of four, the same. */
  @Test
  void whoSeesWhom() {
    HeadGroups fewer = new HeadGroups(4, 4, 2);
    assertThat(fewer.sources(1))
        .containsExactly(new HeadGroups.Source(2, 0.5), new HeadGroups.Source(3, 0.5));
    HeadGroups more = new HeadGroups(4, 2, 4);
    assertThat(more.sources(1)).containsExactly(new HeadGroups.Source(0, 1));
    assertThat(more.sources(2)).containsExactly(new HeadGroups.Source(1, 1));
    // 6 queries, 3 heads to 2: queries 0 1 2 saw heads 0 0 1
    assertThat(new HeadGroups(6, 3, 2).sources(0))
        .containsExactly(new HeadGroups.Source(0, 2 / 3.0), new HeadGroups.Source(1, 1 / 3.0));
    assertThatThrownBy(() -> new HeadGroups(8, 8, 3))
        .isInstanceOf(UserError.class)
        .hasMessage("kv-heads must divide the model's 8 query heads (1, 2, 4, 8), was 3");
  }

  private static GroupedKv two(HeadPooling pooling) { // two heads of width 2 become one
    Layer layer = new Layer(Map.of("a.k", List.of(Kind.KEY)), "a.o", Optional.empty(), false, 2);
    return new GroupedKv(new HeadPlaces(2, 2, 2, List.of(layer)), new HeadGroups(2, 2, 1), pooling);
  }

  /** Head 0 is (1 2; 3 4), head 1 (5 6; 7 10): their mean is (3 4; 5 7). */
  @Test
  void byHand() {
    try (Scope scope = new Scope()) {
      Tensor w = torch.tensor(new float[] {1, 2, 3, 4, 5, 6, 7, 10}).view(4, 2);
      Tensor mean = two(new HeadPooling.Mean()).rewritten("a.k.weight", w);
      assertThat(Ops.toFloats(mean)).containsExactly(3, 4, 5, 7);
      Tensor first = two(new HeadPooling.First()).rewritten("a.k.weight", w);
      assertThat(Ops.toFloats(first)).containsExactly(1, 2, 3, 4);
      Tensor bias = torch.tensor(new float[] {1, 2, 3, 6});
      assertThat(Ops.toFloats(two(new HeadPooling.Mean()).rewritten("a.k.bias", bias)))
          .containsExactly(2, 4);
      Tensor drawn = two(new HeadPooling.Drawn(1)).rewritten("a.k.weight", w);
      assertThat(Ops.toFloats(drawn)).hasSize(4).doesNotContain(1, 2, 3, 4);
      assertThat(Ops.toFloats(two(new HeadPooling.Drawn(1)).rewritten("a.k.bias", bias)))
          .containsExactly(0, 0);
      assertThat(two(new HeadPooling.Mean()).rewritten("a.norm.weight", w)).isSameAs(w);
    }
  }

  /**
   * Keys (1, 0) and (0, 1): turning the second by -90 degrees lays it on the first. As values they
   * may be mirrored too; behind a norm a pair may only keep or change its sign.
   */
  @Test
  void turnsOfOnePair() {
    try (Scope scope = new Scope()) {
      Tensor s = torch.tensor(new float[] {0, 0, 1, 0}).view(2, 2); // x_1 x_0^T
      Tensor turn = new HeadAlignment.Freedom(2, false).best(s);
      assertThat(Ops.toFloats(turn)).containsExactly(new float[] {0, 1, -1, 0}, within(1e-6f));
      assertThat(Ops.toFloats(new HeadAlignment.Freedom(2, true).best(s.sub(torch.eye(2)))))
          .containsExactly(new float[] {-1, 0, 0, -1}, within(0f));
    }
  }

  private static Path golden(String family) {
    return Golden.SHIPPED.resolve(family).resolve("model");
  }

  private Path write(String name, Path from, GroupedKv kv, Map<String, Tensor> instead) {
    Path into = dir.resolve(name);
    try (WeightFiles files = WeightFiles.open(from);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Files.createDirectories(into);
      Map<String, Tensor> out = new LinkedHashMap<>();
      for (String n : files.infos().keySet()) {
        out.put(n, instead.getOrDefault(n, kv.rewritten(n, files.tensor(n))).contiguous());
      }
      SafetensorsWriter.write(into.resolve("model.safetensors"), out, SafetensorsWriter.PYTORCH);
      ObjectMapper json = new ObjectMapper();
      ObjectNode config = (ObjectNode) Golden.json(from.resolve("config.json"));
      config.put(HeadPlaces.KEY, kv.groups().to());
      json.writeValue(into.resolve("config.json").toFile(), config);
      return into;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static GroupedKv kv(Path model, int to, HeadPooling pooling) {
    HeadPlaces places = HeadPlaces.of(model);
    return new GroupedKv(places, new HeadGroups(places.queries(), places.groups(), to), pooling);
  }

  private static float[] logits(String family, Path model) {
    try (CausalLm lm = CausalLm.load(model, Compute.CPU);
        Safetensors io = Safetensors.open(Golden.SHIPPED.resolve(family + "/io.safetensors"));
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      return Ops.toFloats(Golden.Batch.of(io).logits(lm));
    }
  }

  private static double apart(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  /**
   * Repeated heads compute the same. Then every second one is turned in a way that positions and
   * norms allow, its queries and outputs along: still the same, but its mean with its neighbour is
   * another head. Either fit finds the turn, and is back at the model that there was.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "mistral",
        "qwen2",
        "qwen3",
        "gemma2",
        "gemma3_text",
        "phi3",
        "smollm3",
        "olmo2"
      })
  void repeatsTurnsAndComesBack(String family) {
    Path model = golden(family);
    float[] expected = logits(family, model);
    Path full = write("full", model, kv(model, 4, new HeadPooling.Mean()), Map.of());
    assertThat(apart(logits(family, full), expected)).isLessThan(2e-5);

    HeadPlaces places = HeadPlaces.of(full);
    Path turned;
    try (WeightFiles files = WeightFiles.open(full);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Map<String, Tensor> changed = turned(files, places);
      GroupedKv same = new GroupedKv(places, new HeadGroups(4, 4, 4), new HeadPooling.Mean());
      turned = write("turned", full, same, changed);
    }
    assertThat(apart(logits(family, turned), expected)).isLessThan(1e-4);
    Path mean = write("mean", turned, kv(turned, 2, new HeadPooling.Mean()), Map.of());
    assertThat(apart(logits(family, mean), expected)).isGreaterThan(0.05);

    HeadGroups groups = new HeadGroups(4, 4, 2);
    try (CausalLm lm = CausalLm.load(turned, Compute.CPU);
        HeadMoments moments = new HeadMoments(places, groups);
        Safetensors io = Safetensors.open(Golden.SHIPPED.resolve(family + "/io.safetensors"));
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      moments.watch(lm);
      lm.hidden(Golden.Batch.of(io).input());
      for (HeadFit fit : List.of(new HeadAlignment(), new HeadComponents())) {
        HeadFit.Found found = fit.of(moments);
        assertThat(found.values().after()).isCloseTo(1, within(1e-5));
        assertThat(found.keys().after()).isCloseTo(1, within(1e-5));
        assertThat(found.values().before()).isLessThan(0.9);
        try (HeadTurns turns = found.turns()) {
          GroupedKv mapped = new GroupedKv(places, groups, new HeadPooling.Mapped(turns));
          Path back = write("back-" + fit.getClass().getSimpleName(), turned, mapped, Map.of());
          assertThat(apart(logits(family, back), expected)).isLessThan(2e-4);
        }
      }
    }
  }

  /** Heads 1 and 3 turned: the tensors of the files that change. */
  private static Map<String, Tensor> turned(WeightFiles files, HeadPlaces places) {
    Map<String, Tensor> out = new HashMap<>();
    for (Layer layer : places.layers()) {
      for (int head : List.of(1, 3)) {
        torch.manual_seed(7 + head);
        long d = places.width();
        Tensor free = torch.linalg_qr(torch.randn(d, d)).get0();
        Tensor allowed = allowed(layer, d, free);
        for (Map.Entry<String, List<Kind>> map : layer.maps().entrySet()) {
          for (String part : List.of(".weight", ".bias")) {
            String name = map.getKey() + part;
            if (files.infos().containsKey(name)) {
              Tensor all = out.computeIfAbsent(name, n -> files.tensor(n).clone());
              for (int kind = 0; kind < map.getValue().size(); kind++) {
                Tensor turn = map.getValue().get(kind) == Kind.VALUE ? free : allowed;
                Tensor rows = all.narrow(0, (kind * 4L + head) * d, d); // four heads of each kind
                rows.copy_(turn.matmul(rows));
              }
            }
          }
        }
        String o = layer.output() + ".weight";
        Tensor columns =
            out.computeIfAbsent(o, n -> files.tensor(n).clone()).narrow(1, head * d, d);
        columns.copy_(columns.matmul(free.t()));
      }
    }
    return out;
  }

  private static Tensor allowed(Layer layer, long d, Tensor free) {
    if (layer.turned() == 0) {
      return layer.normed() ? torch.eye(d).neg() : free;
    }
    long half = layer.turned() / 2;
    Tensor phi = torch.randn(half).mul(Ops.scalar(2));
    Tensor cos = torch.diag(layer.normed() ? phi.sign() : phi.cos());
    Tensor sin = torch.diag(layer.normed() ? torch.zeros(half) : phi.sin());
    Tensor pairs = Ops.cat(0, Ops.cat(1, cos, sin.neg()), Ops.cat(1, sin, cos));
    Tensor out = torch.eye(d);
    out.narrow(0, 0, 2 * half).narrow(1, 0, 2 * half).copy_(pairs.to(ScalarType.Float));
    return out;
  }
}
