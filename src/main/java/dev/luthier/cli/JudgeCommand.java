package dev.luthier.cli;

import dev.luthier.data.Form;
import dev.luthier.error.UserError;
import dev.luthier.recipe.DrawnAnswers;
import dev.luthier.recipe.JudgeRun;
import dev.luthier.recipe.JudgeSpec;
import dev.luthier.recipe.JudgedFile;
import dev.luthier.recipe.Kept;
import dev.luthier.recipe.RevisedAnswers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier judge}. */
@Command(
    name = "judge",
    sortOptions = false,
    description = {
      "Labels the answers of a file by a judge, as soft preferences, and reports the judge's biases"
          + " and its agreement with labels that the file has. What was judged is kept, and the same"
          + " command goes on after a stop."
    })
final class JudgeCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "FILE",
      description =
          "Answers to compare: a file, folder or glob with two answers a row, or answers in a list;"
              + " with --answers prompts, with --revise prompts with an answer.")
  private String file = "";

  @Option(
      names = "--judge",
      required = true,
      paramLabel = "JUDGE",
      description =
          "Who judges, as YAML or a .yaml file with it: {local: {folder: DIR}},"
              + " {endpoint: {server: {url: URL, model: NAME, key: VARIABLE}}}, {scorer:"
              + " exact_match}, {flawed: {error: 0.1}}; docs/rlaif.md has all keys.")
  private String judge = "";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "OUT",
      description =
          "Writes the rows there, as JSON lines with chosen, rejected and probability; the report"
              + " as OUT.report.json.")
  private Path out = Path.of("");

  @Mixin private RowsArguments rows = new RowsArguments();

  @Option(names = "--limit", paramLabel = "N", description = "At most so many rows, from the top.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--least",
      paramLabel = "P",
      defaultValue = "0.5",
      description =
          "Leaves out rows whose better answer is less probable (default: ${DEFAULT-VALUE}).")
  private double least;

  @Option(
      names = "--keep",
      paramLabel = "WHICH",
      defaultValue = "best-worst",
      description =
          "Of more than two answers: best-worst, or all pairs (default: ${DEFAULT-VALUE}).")
  private String keep = "";

  @Option(
      names = "--column",
      paramLabel = "NAME",
      defaultValue = "judge",
      description = "What the judge said in both orders stands there (default: ${DEFAULT-VALUE}).")
  private String column = "";

  @Option(
      names = "--self",
      paramLabel = "NAME",
      description =
          "What the judge's model is called in the columns that say who wrote an answer (model_a"
              + " and model_b, chosen_model and rejected_model, models); unset: as JUDGE has it.")
  private Optional<String> self = Optional.empty();

  @Mixin private DrawArguments draw = new DrawArguments();

  @Option(
      names = "--revise",
      description =
          "Instead of comparing, has each answer criticised and written anew by the judge's"
              + " constitution: chosen is the new answer, rejected the old one.")
  private boolean revise;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = "auto";

  @Override
  public void run() {
    PrintWriter err = spec.commandLine().getErr();
    Consumer<String> notes =
        line -> {
          err.println(line);
          err.flush();
        };
    JudgeSpec who = JudgeRun.judge(judge);
    Optional<Form> known = rows.form();
    if (revise) {
      if (draw.wanted()) {
        throw new UserError("give --answers or --revise, not both");
      }
      long written =
          new RevisedAnswers(
                  file, known, rows.columns(), limit, who, device, draw.maxNewTokens(), out)
              .run(notes);
      spec.commandLine().getOut().printf("written   %s, %d rows%n", out, written);
      return;
    }
    JudgedFile into = new JudgedFile(out, column, least, kept());
    if (!draw.wanted()) {
      judge(new JudgeRun(file, known, rows.columns(), limit, who, device, into, self), notes);
      return;
    }
    Path drawn = out.resolveSibling(out.getFileName() + ".answers.jsonl");
    new DrawnAnswers(
            draw.voice(device, err),
            file,
            known,
            rows.columns(),
            limit,
            draw.samples(),
            draw.manner(),
            drawn)
        .run(notes);
    judge(
        new JudgeRun(
            drawn.toString(), Optional.empty(), Map.of(), Long.MAX_VALUE, who, device, into, self),
        notes);
  }

  private void judge(JudgeRun run, Consumer<String> notes) {
    run.run(spec.commandLine().getOut(), notes);
  }

  private Kept kept() {
    return switch (keep) {
      case "best-worst" -> Kept.BEST_WORST;
      case "all" -> Kept.ALL;
      default -> throw new UserError("--keep must be best-worst or all, was " + keep);
    };
  }
}
