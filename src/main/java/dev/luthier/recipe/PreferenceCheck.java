package dev.luthier.recipe;

import dev.luthier.data.AnswersTokenizer;
import dev.luthier.data.Columns;
import dev.luthier.data.DataSet;
import dev.luthier.data.Doctor;
import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.Takes;
import dev.luthier.data.TooLong;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Looks at files of judged answers without a recipe, whichever method is to learn from them.
 *
 * @param train the rows to learn from: a file, folder or glob
 * @param eval the rows to measure on
 * @param model whose tokenizer and chat template make tokens of them
 * @param form what the rows look like; told from the columns where absent
 * @param columns columns under other names
 * @param maxLength the most tokens of an answer with its prompt; longer rows are left out
 */
public record PreferenceCheck(
    String train,
    Optional<String> eval,
    Path model,
    Optional<Form> form,
    Map<String, String> columns,
    Optional<Integer> maxLength) {

  /**
   * Prints the doctor's report.
   *
   * @throws dev.luthier.error.UserError if something is wrong with the rows
   */
  public void print(PrintWriter out) {
    try (ModelFolder folder = ModelFolder.open(model)) {
      int most = maxLength.orElse(Math.min(Corpus.USUAL_LENGTH, folder.config().context()));
      var report =
          new Doctor(most, TooLong.DROP, "check")
              .examine(
                  load(train),
                  eval.map(this::load).orElse(Samples.NONE),
                  AnswersTokenizer.of(folder.tokenizer(), folder.renderer(), Takes.ANY));
      out.println(report.render(Terminal.colours()));
      out.flush();
      report.healthy();
    }
  }

  private Samples load(String location) {
    DataSet set =
        new DataSet(
            location, form, new Columns(columns), OptionalDouble.empty(), OptionalLong.empty());
    return Samples.load(List.of(set), Form.TO_PREFER, 0);
  }
}
