package dev.luthier.peft;

import dev.luthier.Golden;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/** Adapters in every placement, on every kind of model, alone and on top of others. */
final class BottleneckCases {
  static final Placement HOULSBY = new Placement.Houlsby();
  static final Placement PFEIFFER = new Placement.Pfeiffer();
  static final Placement PARALLEL = new Placement.Parallel();
  static final Placement EVERYWHERE = new Placement.Houlsby(List.of(Sublayer.values()));

  static final List<PeftCase> ALL =
      List.of(
          unmerged("llama", of(HOULSBY, MapStart.MAM), 0),
          unmerged("bert_cls", of(PFEIFFER, MapStart.BERT), 0.1),
          unmerged("bert_mlm", of(PARALLEL, MapStart.MAM), 0),
          unmerged("roberta_cls", of(HOULSBY, MapStart.HOULSBY), 0.1),
          unmerged("t5", of(EVERYWHERE, MapStart.MAM), 0),
          unmerged("gpt_neox", of(PARALLEL, MapStart.MAM), 0),
          unmerged("gemma2", of(PFEIFFER, MapStart.MAM), 0),
          unmerged("gpt2", language("de"), 0.5),
          unmerged("t5", language("de"), 2),
          unmerged("gpt2", compacter(true, new SecondFactors.LowRank(1)), 1e-3),
          unmerged("bert_cls", compacter(false, new SecondFactors.Whole()), 0.5),
          unmerged("gpt2", new MadX(List.of(trained("gpt2", language("de"))), named("qa")), 20),
          unmerged("bert_cls", fusion("bert_cls"), 20),
          unmerged("llama", fusion("llama"), 20));

  private BottleneckCases() {}

  private static PeftCase unmerged(String family, Peft peft, double start) {
    return PeftCase.of(family, peft).unmerged().from(start);
  }

  /** Narrow ones. */
  static Bottleneck of(Placement placement, MapStart start) {
    return with(placement, start, new LeaveOut.None(), new Invertible.None(), "adapter");
  }

  static Bottleneck with(
      Placement placement, MapStart start, LeaveOut leaveOut, Invertible invertible, String name) {
    return new Bottleneck(
        placement,
        Optional.of(new Width.Reduced(8)),
        Optional.of(Nonlinearity.TANH), // which has a gradient everywhere
        Optional.of(new Scaling.Learned()),
        Optional.of(start),
        0,
        leaveOut,
        invertible,
        name,
        List.of());
  }

  static Bottleneck language(String name) {
    return with(
        PFEIFFER, MapStart.BERT, new LeaveOut.Layers(List.of(1)), new Invertible.Nice(4), name);
  }

  static Bottleneck named(String name) {
    return with(PFEIFFER, MapStart.BERT, new LeaveOut.None(), new Invertible.None(), name);
  }

  static Compacter compacter(boolean shared, SecondFactors factors) {
    return new Compacter(
        HOULSBY,
        new Width.Reduced(8),
        Nonlinearity.GELU,
        4,
        factors,
        shared,
        0,
        new LeaveOut.None(),
        "adapter",
        List.of());
  }

  private static AdapterFusion fusion(String family) {
    return new AdapterFusion(
        List.of(trained(family, named("a")), trained(family, named("b"))),
        Optional.of(0.0),
        0.01,
        List.of());
  }

  /** A folder, called as the adapter, with weights that are far from new ones. */
  static Path trained(String family, Bottleneck peft) {
    try (Model model = Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, peft, peft.name().hashCode());
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(peft.name().hashCode());
      for (Parameter p : adapted.trainable()) {
        p.value().add_(torch.randn_like(p.value()), new Scalar(0.1));
      }
      Path all = Files.createDirectories(Path.of("target", "adapters"));
      Path dir = Files.createDirectory(Files.createTempDirectory(all, "").resolve(peft.name()));
      AdapterFiles.save(adapted, dir, family);
      return dir;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
