package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.model.Model;
import dev.luthier.model.Tasks;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Multitask prompt tuning (Wang et al. 2023, https://arxiv.org/abs/2303.02861): one prompt P* for
 * all tasks, times what is a task's own and of low rank, P_k = P* o W_k = P* o (u_k v_k^T) (eq. 1).
 * The model's {@link Tasks} say which task a sequence belongs to. Equal to PEFT's
 * tuners/multitask_prompt_tuning, but for the start: there W_k begins near zero, and the prompt
 * with it; here near one, so that every task begins at P*.
 */
@Doc("One prompt for several tasks, times a low-rank factor of each task's own (arXiv 2303.02861)")
public record MultitaskPrompt(
    @Doc(
            value = "How many virtual tokens there are",
            elsewhere = {"num_virtual_tokens"})
        @Default("20")
        int tokens,
    @Doc(
            value = "How many tasks there are",
            elsewhere = {"num_tasks"})
        @Default("1")
        int tasks,
    @Doc(
            value = "Rank of what is a task's own",
            elsewhere = {"num_ranks"})
        @Default("1")
        int rank,
    @Doc(
            value = "What the shared prompt begins as, and the tasks' factors",
            elsewhere = {"prompt_tuning_init"})
        @Default("vocabulary")
        MultitaskStart start,
    @Doc(
            value = "Modules trained and saved whole, such as lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  static final String COLUMNS = "prefix_task_cols";
  static final String ROWS = "prefix_task_rows";

  public MultitaskPrompt {
    Check.atLeast("multitask_prompt.tokens", 1, tokens);
    Check.atLeast("multitask_prompt.tasks", 1, tasks);
    Check.atLeast("multitask_prompt.rank", 1, rank);
  }

  @Override
  public Rate usualRate() {
    return new Rate.Fixed(3e-2); // as prompt tuning
  }

  @Override
  public int virtualTokens() {
    return tokens;
  }

  @Override
  public long widest() {
    return Math.max(tokens, Math.max(tasks, rank));
  }

  @Override
  public String prefix() {
    return "base_model.";
  }

  @Override
  public Attachment attach(Site site) {
    Model model = site.model();
    Wholes.refuseUnknown(model, save, "multitask_prompt.save");
    try (Scope scope = new Scope()) {
      int n = VirtualTokens.rows(tokens, model);
      MultitaskStart from = site.saved() == null ? start : new Start.Random();
      Parameter shared = new Parameter(VirtualTokens.TABLE, from.embeddings(n, site));
      Factors own = factors(site, shared, from.own(tasks, n, rank, site));
      return Attachment.of(
              VirtualTokens.beforeEach(model, tokens, own.of(model)),
              List.of(own.columns, own.rows, shared))
          .saving(
              List.of(
                  Entry.of(COLUMNS, own.columns),
                  Entry.of(ROWS, own.rows),
                  Entry.of(VirtualTokens.GIVEN, shared)));
    }
  }

  private Factors factors(Site site, Parameter shared, Optional<MultitaskStart.Own> given) {
    String columns = PromptEncoder.AT + COLUMNS;
    String rows = PromptEncoder.AT + ROWS;
    long n = shared.value().size(0);
    long width = shared.value().size(1);
    return given
        .map(
            own ->
                new Factors(
                    shared, new Parameter(columns, own.columns()), new Parameter(rows, own.rows())))
        .orElseGet(
            () ->
                new Factors(
                    shared,
                    near(site, columns, tasks, n, rank),
                    near(site, rows, tasks, rank, width)));
  }

  /** Factors whose product is near one, a little apart so that ranks and tasks can part. */
  private Parameter near(Site site, String name, long... shape) {
    Parameter p = Affine.uniform(site, name, 0.02, shape);
    p.set(p.value().add(Ops.scalar(1 / Math.sqrt(rank))));
    return p;
  }

  /**
   * What all tasks share and what is theirs. Letters: B sequences, R virtual tokens, E their width,
   * K tasks, r the rank.
   *
   * @param shared P* (R, E)
   * @param columns u (K, R, r)
   * @param rows v (K, r, E)
   */
  private record Factors(Parameter shared, Parameter columns, Parameter rows) {
    VirtualTokens.Rows of(Model model) {
      return sequences -> {
        long[] of = model.tasks().of(sequences);
        TasksOfTokens.refuseUnknown(of, columns.value().size(0), "multitask_prompt.tasks");
        Tensor tasks = Ops.longs(of, model.compute()); // (B)
        Tensor u = columns.value().index_select(0, tasks);
        Tensor v = rows.value().index_select(0, tasks);
        return shared.value().mul(u.matmul(v)); // (B, R, E): eq. 1
      };
    }
  }
}
