package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Slot;
import dev.luthier.model.Unused;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * BitFit (Ben Zaken et al. 2022, https://arxiv.org/abs/2106.10199): of y = W x + b only b learns,
 * in the linear maps and in the norms. Where a model has no biases they can be added as zeros; that
 * is not in the paper.
 */
@Doc("Only biases learn (arXiv 2106.10199)")
public record Bitfit(
    @Doc("Whose biases: all, or those of the queries and of the MLP's first map, half as many")
        @Default("all")
        Biases biases,
    @Doc("Gives linear layers that have no bias one that begins at zero") @Default("false")
        boolean add,
    @Doc(
            value = "Modules trained and saved whole beside the task's head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  /** Queries, and the maps into the inner width of the MLP, as the families call them. */
  private static final Set<String> QUERY_MLP =
      Set.of(
          "q_proj",
          "query",
          "q", //
          "fc1",
          "c_fc",
          "dense_h_to_4h",
          "up_proj",
          "gate_proj",
          "wi",
          "wi_0",
          "wi_1");

  /** Which biases learn. */
  public enum Biases {
    ALL,
    /** Of queries and the middle of the MLP, which the paper finds to be nearly enough. */
    QUERY_MLP
  }

  @Override
  public Rate usualRate() {
    return new Rate.ByWidth(1e-3); // the default of the authors' run_glue.py
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "bitfit.save");
    Compute compute = site.model().compute();
    List<Slot> meant = site.open().stream().filter(this::meant).toList();
    List<Delta> deltas =
        meant.stream()
            .map(slot -> slot.base().weights().get("bias"))
            .filter(bias -> bias != null)
            .distinct()
            .<Delta>map(bias -> Deltas.everywhere(bias, compute))
            .toList();
    Attachment own = Deltas.attach(site, deltas);
    Attachment all = add ? own.and(added(meant, site)) : own;
    if (all.changes().isEmpty()) {
      throw new UserError(
          "%s has no such biases (bitfit.biases: %s); set bitfit.add: true to give its linear layers"
                  .formatted(
                      site.model().config().modelType(), biases == Biases.ALL ? "all" : "query-mlp")
              + " biases that begin at zero, or take a model that has some, such as BERT, GPT-2, OPT"
              + " or Qwen2");
    }
    return all;
  }

  private boolean meant(Slot slot) {
    if (slot.base() instanceof Unused) {
      return false;
    }
    return biases == Biases.ALL
        || QUERY_MLP.contains(slot.name())
        || slot.path().endsWith("intermediate.dense"); // BERT
  }

  private static Attachment added(List<Slot> meant, Site site) {
    List<Change<?>> changes = new ArrayList<>();
    List<Parameter> trainable = new ArrayList<>();
    for (Slot slot : meant) {
      if (slot.base() instanceof Linear map
          && map.bias() == null
          && slot != site.model().frame().head()) {
        try (Scope scope = new Scope()) {
          Parameter bias =
              site.weight(
                  slot.path(),
                  "bias" + Delta.VALUES,
                  Fresh.full(site.model().compute(), 0, map.out()));
          trainable.add(bias);
          // no Adaptation: the model's files have no room for it
          changes.add(new Change<>(slot, map.biased(bias)));
        }
      }
    }
    return Attachment.of(changes, trainable);
  }
}
