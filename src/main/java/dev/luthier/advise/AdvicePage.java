package dev.luthier.advise;

import java.util.List;
import java.util.stream.Collectors;

/** docs/advise.md: what the command does, and every rule with its source. */
public final class AdvicePage {
  private static final String HEAD =
      """
      # Which method for which situation

      `./luthier advise` takes an overview's two comparison tables and its four lists of when to choose what, with
      what was measured here, and applies them to a situation: it ranks pairs of an objective and of what trains,
      plans their memory and, roughly, their time, says why the others lost, and writes a recipe that runs.
      This page is written by `./luthier docs` from the rules; a test keeps it so.

      ```sh
      ./luthier advise --model models/tiny-base --data demonstrations=data/tiny-chat/sft-train.jsonl,pairs=data/tiny-chat/preference-train.jsonl --write runs/advised.yaml
      ./luthier advise --model 70B --device l40s --data demonstrations --explain
      ./luthier advise --model 8B --tuned yes --device h100 --data verifiable --rows 5000 --hours 24 --json
      ```

      At a terminal it asks, where `--model` or `--data` is missing. Exit codes are those of all commands: 2, with
      one line, where a flag is wrong.

      ## What it asks

      | flag | what | unset |
      |---|---|---|
      | `--model` | a folder, or the size of a well-known family: 0.5B, 1B, 1.5B, 3B, 7B, 8B, 13B, 14B, 32B, 70B | |
      | `--tuned` | whether it follows instructions already; where not, a stage of tuning goes before preferences | no |
      | `--device`, `--devices`, `--memory`, `--tflops` | what trains: `cpu`, `gpu`, or a card by name, which knows its memory and speed; one device trains | cpu, with this machine's memory and a measured speed |
      | `--data` | what there is to learn from: `KIND` or `KIND=FILE` | |
      | `--rows`, `--length` | how many rows, and the tokens of the longest | counted in the files, a token for 3 characters; 1000 and 512 |
      | `--tasks` | tasks that each want an adaptation | 1 |
      | `--quality` | `enough`, `good` or `best` | good |
      | `--wishes` | what else is wanted | none |
      | `--largest` | what an adapter may take | any size |
      | `--hours` | what training may take | any time |

      Kinds of data: %s.

      Wishes: %s.

      ## How it decides

      1. A rule that applies gives points to candidates. A candidate's points are the sum, a pair's the sum of both.
         Of equals, the pair whose objective has more points goes first, then the one that stands earlier in the
         tables below.
      2. A veto takes a candidate out, whatever its points. Vetoes of memory are planned, not guessed: `estimate`'s
         planner looks at six models of the same proportions, one, two and three eighths as wide and two and four
         layers deep, and what they take is carried over: counts of weights as a polynomial of degree two of the
         width, all else in proportion, and all of it linear in the depth. Scores of the head are those of
         [a chunk](memory.md#memorychunk). On a GPU weights and activations count in 16 bits, layer by layer; fused
         layers take about half of these ([performance.md](performance.md)), so what is said there is
         rather too much; it was not compared with a card yet. A tenth of the memory stays free.
      3. What fits is found first (all weights, adapters, adapters on 4 bits, nothing), then the best pairs are planned
         from the top, with 16 rows a step: fewer rows at once where needed, then checkpointing, until three fit.
         Those that do not are told with what they would need.
      4. Time is rows x tokens x 3 epochs x the objective's work x 4 operations a weight (6 where all learn), at two
         fifths of what the machine multiplies; an H100 reached 47 %% with LoRA. It is an order of magnitude.
         RLHF and online RLHF count a frozen reward model of the policy's size beside it.

      The recipe has the learning rates of the methods (a tenth of them where preferences or rewards are learnt from,
      as the recipes here have), and is read as any other recipe before it is shown.
      Where a file was not named, it names one that is yours to put there, such as my-pairs.jsonl.

      """;

  private AdvicePage() {}

  /** The whole page. */
  public static String markdown() {
    StringBuilder out = new StringBuilder();
    out.append(HEAD.formatted(named(Feedback.values()), named(Wish.values())));
    objectives(out);
    tunings(out);
    rules(out);
    examples(out);
    return out.toString();
  }

  private static String named(Named[] all) {
    return java.util.Arrays.stream(all)
        .map(n -> "`%s` (%s)".formatted(n.label(), n.words()))
        .collect(Collectors.joining(", "));
  }

  private static void objectives(StringBuilder out) {
    out.append("## Objectives\n\n");
    out.append(
        "| objective | row of the overview | compute | feedback | for it | against it | work |\n");
    out.append("|---|---|---|---|---|---|---|\n");
    for (Objective o : Objective.values()) {
      line(
          out,
          o.title(),
          o.row(),
          o.compute(),
          o.feedback(),
          o.strength(),
          o.weakness(),
          String.valueOf(o.work()));
    }
    out.append('\n');
    out.append(
        "Work is that of a row beside a row of SFT: both answers and their reference for"
            + " pairs, eight answers to be drawn and read for rewards. KTO and classification are"
            + " no rows of the overview; GRPO is two methods, as [grpo.md](grpo.md) tells, and so"
            + " is ORPO.\n\n");
  }

  private static void tunings(StringBuilder out) {
    out.append("## What trains\n\n");
    out.append(
        "| method | row of the overview | trainable | parameter efficiency | memory efficiency | of"
            + " full fine-tuning | complexity | merges |\n");
    out.append("|---|---|---|---|---|---|---|---|\n");
    for (Tuning t : Tuning.values()) {
      line(
          out,
          t.title(),
          t.row(),
          t.share(),
          t.efficiency(),
          t.memory(),
          t.band(),
          t.complexityWords(),
          t.merges() ? "yes" : "no");
    }
    out.append('\n');
    out.append(
        "DoRA and VeRA stand on LoRA's row, BitFit on that of sparse fine-tuning, with what"
            + " was measured here ([claims.md](claims.md)). MQA and GQA train nothing; they are"
            + " named where keys and values take the memory (`--wishes cache`).\n\n");
  }

  private static void rules(StringBuilder out) {
    out.append("## Rules\n\n| rule | when | points | source |\n|---|---|---|---|\n");
    for (Rule rule : Rules.all()) {
      String votes =
          rule.votes().stream()
              .map(v -> "%s %+d".formatted(v.candidate().title(), v.points()))
              .collect(Collectors.joining(", "));
      line(out, rule.name(), rule.when(), votes, rule.source().place());
    }
    out.append("\n## Vetoes\n\n| veto | when | source |\n|---|---|---|\n");
    Rules.vetoes().forEach(v -> line(out, v.name(), v.when(), v.source().place()));
    out.append('\n');
    out.append(
        "Beside these, a pair is passed over where its own plan does not fit, its adapter is"
            + " above `--largest`, or its time above `--hours`.\n\n");
  }

  private static void examples(StringBuilder out) {
    for (Example.Group group : Example.Group.values()) {
      out.append("## ").append(group.title()).append('\n').append('\n');
      out.append("| situation | taken to fit | first | why |\n|---|---|---|---|\n");
      List<Example> all = Examples.all().stream().filter(e -> e.group() == group).toList();
      for (Example e : all) {
        line(
            out,
            "`" + e.flags() + "`",
            "%s; LoRA at %.0f %%".formatted(e.fit().words(), 100 * e.tight()),
            e.what().title() + " with " + e.by().title(),
            e.why());
      }
      out.append('\n');
    }
    out.setLength(out.length() - 1);
  }

  private static void line(StringBuilder out, String... cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
