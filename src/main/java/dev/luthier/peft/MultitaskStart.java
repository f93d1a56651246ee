package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * What a prompt for several tasks begins as: real tokens, or what was learnt for other tasks before
 * (Wang et al. 2023, https://arxiv.org/abs/2303.02861: from source training to a target task).
 * Equal to PEFT's MultitaskPromptTuningInit. Letters: R virtual tokens, E their width, r the rank.
 */
@Doc("What the shared prompt and the tasks' factors begin as")
public sealed interface MultitaskStart
    permits Start,
        MultitaskStart.AverageSourceTasks,
        MultitaskStart.ExactSourceTask,
        MultitaskStart.OnlySourceShared {
  /**
   * The factors of one task.
   *
   * @param columns u (1, R, r)
   * @param rows v (1, r, E)
   */
  record Own(Tensor columns, Tensor rows) {}

  /** The shared prompt, (R, E) float32. */
  Tensor embeddings(int rows, Site site);

  /**
   * The factors of the only task, where they do not begin near one.
   *
   * @throws UserError if there are other tasks beside it, or the source has another rank
   */
  default Optional<Own> own(int tasks, int rows, int rank, Site site) {
    return Optional.empty();
  }

  /** The source's prompt, and the means of its tasks' factors. */
  @Doc("The prompt of a trained adapter, with the means of its tasks' factors; for one task")
  record AverageSourceTasks(
      @Doc(
              value = "The folder of that adapter, or its safetensors file",
              elsewhere = {"prompt_tuning_init_state_dict_path"})
          Path from)
      implements MultitaskStart {
    public AverageSourceTasks {
      from = SourceTasks.file(from);
    }

    @Override
    public Tensor embeddings(int rows, Site site) {
      return new SourceTasks(from).shared(rows, site);
    }

    @Override
    public Optional<Own> own(int tasks, int rows, int rank, Site site) {
      refuseOthers("average_source_tasks", tasks);
      Own all = new SourceTasks(from).own(rows, rank, site);
      return Optional.of(
          new Own(
              all.columns().mean(new long[] {0}, true, new ScalarTypeOptional()),
              all.rows().mean(new long[] {0}, true, new ScalarTypeOptional())));
    }
  }

  /** The source's prompt, and the factors of one of its tasks. */
  @Doc("The prompt of a trained adapter, with the factors of one of its tasks; for one task")
  record ExactSourceTask(
      @Doc(
              value = "The folder of that adapter, or its safetensors file",
              elsewhere = {"prompt_tuning_init_state_dict_path"})
          Path from,
      @Doc(
              value = "The number of the task, from 0",
              elsewhere = {"prompt_tuning_init_task"})
          @Default("0")
          int task)
      implements MultitaskStart {
    public ExactSourceTask {
      from = SourceTasks.file(from);
      Check.atLeast("multitask_prompt.start.exact_source_task.task", 0, task);
    }

    @Override
    public Tensor embeddings(int rows, Site site) {
      return new SourceTasks(from).shared(rows, site);
    }

    @Override
    public Optional<Own> own(int tasks, int rows, int rank, Site site) {
      refuseOthers("exact_source_task", tasks);
      Own all = new SourceTasks(from).own(rows, rank, site);
      long there = all.columns().size(0);
      if (task >= there) {
        throw new UserError(
            "multitask_prompt.start.exact_source_task.task is %d, but %s has %d tasks; they count from 0"
                .formatted(task, from, there));
      }
      return Optional.of(
          new Own(all.columns().narrow(0, task, 1).clone(), all.rows().narrow(0, task, 1).clone()));
    }
  }

  /** The source's prompt alone. */
  @Doc("The prompt of a trained adapter, with new factors for every task")
  record OnlySourceShared(
      @Doc(
              value = "The folder of that adapter, or its safetensors file",
              elsewhere = {"prompt_tuning_init_state_dict_path"})
          Path from)
      implements MultitaskStart {
    public OnlySourceShared {
      from = SourceTasks.file(from);
    }

    @Override
    public Tensor embeddings(int rows, Site site) {
      return new SourceTasks(from).shared(rows, site);
    }
  }

  private static void refuseOthers(String start, int tasks) {
    if (tasks > 1) {
      throw new UserError(
          "multitask_prompt.start %s begins one task; multitask_prompt.tasks must be 1, was %d"
              .formatted(start, tasks));
    }
  }
}
