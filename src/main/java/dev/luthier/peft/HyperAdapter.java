package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Joint;
import dev.luthier.model.LayerNorm;
import dev.luthier.model.Model;
import dev.luthier.model.OffsetRmsNorm;
import dev.luthier.model.Projection;
import dev.luthier.model.RmsNorm;
import dev.luthier.model.Slot;
import dev.luthier.model.Stack;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * HyperFormer++ (Karimi Mahabadi et al. 2021, https://arxiv.org/abs/2106.04489): bottleneck
 * adapters behind attention and feed-forward, whose weights a network makes of what task, layer and
 * place they are for, so that tasks share what they can. The formulas are in {@link HyperNet}; as
 * in the authors' code there is one for each stack of layers, and the model's own norms train
 * along. What makes the norm's scales begins at zero, and so every task at the model; there it is
 * N(0, 0.01), which drowns streams as small as a Llama's, unlike T5's. Dropout of a sub-layer acts
 * on what the adapter reads; there it acts on what it makes. The model's {@link
 * dev.luthier.model.Tasks} say which task a sequence belongs to.
 */
@Doc(
    "Adapters that a network makes for each task, layer and place (HyperFormer++, arXiv 2106.04489)")
public record HyperAdapter(
    @Doc("How many tasks there are") int tasks,
    @Doc(
            value = "How wide the bottleneck is",
            elsewhere = {"reduction_factor"})
        @Default("{ reduced: 32 }")
        Width width,
    @Doc(
            value = "The function in the middle",
            elsewhere = {"non_linearity"})
        @Default("gelu-new")
        Nonlinearity activation,
    @Doc(
            value = "Width of the embeddings of tasks, layers and places",
            elsewhere = {"task_embedding_dim"})
        @Default("64")
        int embedding,
    @Doc(
            value = "Width in the middle of what makes one embedding of the three",
            elsewhere = {"task_hidden_dim"})
        @Default("128")
        int hidden,
    @Doc(
            value = "Width of that one embedding, of which all weights are made",
            elsewhere = {"projected_task_embedding_dim"})
        @Default("64")
        int projected,
    @Doc(
            value = "Whether the model's own norms train too",
            elsewhere = {"unfreeze_layer_norms"})
        @Default("true")
        boolean norms,
    @Doc("Modules trained and saved whole, such as embed_tokens or lm_head") @Default("[]")
        List<String> save)
    implements Peft {
  private static final String AT = "hyper_adapter.";
  private static final double SMALL = 0.01; // deviation of all maps at first, as the authors'

  public HyperAdapter {
    Check.atLeast("hyper_adapter.tasks", 1, tasks);
    Check.atLeast("hyper_adapter.embedding", 1, embedding);
    Check.atLeast("hyper_adapter.hidden", 1, hidden);
    Check.atLeast("hyper_adapter.projected", 1, projected);
  }

  @Override
  public Rate usualRate() {
    return new Rate.ByWidth(1e-4); // 3.7e-4 at the width of 768, where the authors have 3e-4
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public long widest() {
    return Math.max(Math.max(tasks, 3L * embedding), Math.max(hidden, projected));
  }

  @Override
  public Attachment attach(Site site) {
    Model model = site.model();
    Wholes.refuseUnknown(model, save, "hyper_adapter.save");
    List<Change<?>> changes = new ArrayList<>();
    List<Parameter> trainable = new ArrayList<>();
    try (Scope scope = new Scope()) {
      Parameter embeddings = drawn(site, AT + "task_embeddings", 1, tasks, embedding);
      trainable.add(embeddings);
      for (Stack stack : model.frame().stacks()) {
        HyperNet net = net(site, stack, embeddings);
        trainable.addAll(net.weights());
        for (int i = 0; i < stack.layers().size(); i++) {
          Stack.Layer layer = stack.layers().get(i);
          changes.add(new Change<>(layer.afterAttention(), new At(model, stack, net, i, 0)));
          changes.add(new Change<>(layer.afterMlp(), new At(model, stack, net, i, 1)));
        }
      }
    }
    Attachment own = Attachment.of(changes, trainable);
    return norms ? own.and(Wholes.attach(ownNorms(site), site.prefix())) : own;
  }

  private static List<Slot> ownNorms(Site site) {
    return site.open().stream().filter(s -> isNorm(s.base())).toList();
  }

  private static boolean isNorm(Stored map) {
    boolean one =
        map instanceof RmsNorm || map instanceof OffsetRmsNorm || map instanceof LayerNorm;
    return one && !map.weights().isEmpty();
  }

  private HyperNet net(Site site, Stack stack, Parameter embeddings) {
    String at = AT + stack.prompt().path().replaceFirst(":.*", "") + ".";
    long h = site.model().config().hiddenSize();
    long r = width.of(h);
    refuseOtherWidth(site, at + "down_bias.bias", r);
    return new HyperNet(
        embeddings,
        drawn(site, at + "layer_embeddings", 1, stack.layers().size(), embedding),
        drawn(site, at + "place_embeddings", 1, 2, embedding),
        map(site, at + "projector.0", 3L * embedding, hidden),
        map(site, at + "projector.1", hidden, projected),
        new Parameter(at + "projector_norm.weight", full(site, 1, projected)),
        new Parameter(at + "projector_norm.bias", full(site, 0, projected)),
        map(site, at + "down", projected, r * h),
        map(site, at + "down_bias", projected, r),
        map(site, at + "up", projected, h * r),
        map(site, at + "up_bias", projected, h),
        zeros(site, at + "norm_scale", projected, h),
        zeros(site, at + "norm_shift", projected, h),
        activation);
  }

  /** Before room is made for a width that a file's settings ask for and its tensors have not. */
  private static void refuseOtherWidth(Site site, String name, long r) {
    if (site.saved() != null) {
      Safetensors.Info info = site.saved().infos().get(name);
      if (info == null || !Arrays.equals(info.shape(), new long[] {r})) {
        throw new UserError(
            "its file has no %s of %d values, which is the bottleneck's width".formatted(name, r));
      }
    }
  }

  private static Affine map(Site site, String name, long in, long out) {
    return new Affine(
        drawn(site, name + ".weight", SMALL, out, in),
        new Parameter(name + ".bias", full(site, 0, out)));
  }

  private static Affine zeros(Site site, String name, long in, long out) {
    return new Affine(
        new Parameter(name + ".weight", full(site, 0, out, in)),
        new Parameter(name + ".bias", full(site, 0, out)));
  }

  private static Tensor full(Site site, double value, long... shape) {
    return Fresh.full(site.model().compute(), value, shape);
  }

  private static Parameter drawn(Site site, String name, double deviation, long... shape) {
    return Affine.normal(site, name, deviation, shape);
  }

  /**
   * The adapters of one place.
   *
   * @param layer in its stack
   * @param place 0 behind attention, 1 behind feed-forward
   */
  private record At(Model model, Stack stack, HyperNet net, int layer, int place) implements Joint {
    @Override
    public Tensor of(Tensor x, Tensor read, Tensor y, Projection norm) {
      TasksOfTokens tasks = TasksOfTokens.of(stack.call(), model.tasks());
      TasksOfTokens.refuseUnknown(
          tasks.distinct(), net.tasks().value().size(0), "hyper_adapter.tasks");
      Tensor of = Ops.longs(tasks.distinct(), model.compute()); // (T)
      HyperNet.Made made = net.make(of, layer, place);
      return norm.apply(x.add(y.add(tasks.map(y, made::of, model.compute()))));
    }
  }
}
