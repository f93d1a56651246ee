package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows whose prompts a model is to answer. */
@Doc("Rows whose prompts are answered")
@Shorthand
public record Asks(
    @Doc("A file, folder or glob: prompts alone, with an answer, or with answers that are judged")
        Path path,
    @Doc("What the rows look like; unset: told from the columns of the first row")
        Optional<Form> form,
    @Doc("Columns under other names: name in the form -> column in the file") @Default("{}")
        Map<String, String> columns,
    @Doc("Only this many rows, from the top; unset: all") Optional<Integer> limit,
    @Doc("Whether a prompt that is a text is what the user of a chat says") @Default("false")
        boolean chat) {
  public Asks {
    columns = Map.copyOf(columns);
    limit.ifPresent(n -> Check.atLeast("limit", 1, n));
  }

  /**
   * What is asked. Rules among the scorers are tried on every row, so that what a row lacks is
   * known before a model answers.
   *
   * @param notes hears of rows that cannot be used
   * @throws dev.luthier.error.UserError if a file is missing, or a rule finds no column of its own
   */
  List<Exam.Question> questions(PrintWriter notes, Collection<Scorer> scorers) {
    long most = limit.map(Long::valueOf).orElse(Long.MAX_VALUE);
    List<Exam.Question> out =
        new Comparison.Asked(path.toString(), form, columns, most, chat).questions(notes);
    for (Scorer scorer : scorers) {
      if (scorer instanceof Scorer.Ruled ruled) {
        ruled.rule().of(out.stream().map(q -> q.asked().orElseThrow().saying("")).toList());
      }
    }
    return out;
  }
}
