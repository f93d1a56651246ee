package dev.luthier.recipe;

import dev.luthier.data.FileFormat;
import dev.luthier.data.FileKind;
import dev.luthier.data.Form;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is learned from and what is measured on. Form and columns are filled into the sources. */
@Doc("What is learned from, and what is measured on")
@Shorthand
public record DataSpec(
    @Doc(
            value = "The training rows: one source, or a list of sources",
            elsewhere = {"train_file", "dataset", "path"})
        List<Source> train,
    @Doc(
            value = "The rows to measure on: one source, or a list of sources",
            elsewhere = {"eval_file", "validation", "valid", "test"})
        @Default("[]")
        List<Source> eval,
    @Doc(
            value = "Share of the training rows set aside to measure on, instead of `eval`",
            elsewhere = {"val_size", "val_set_size", "validation_split"})
        @Default("0")
        double holdout,
    @Doc(
            value = "What the rows look like; unset: told from the columns of the first row",
            elsewhere = {"type"})
        Optional<Form> form,
    @Doc("Columns under other names: name in the form -> column in the file") @Default("{}")
        Map<String, String> columns,
    @Doc("Draw the rows in a new order each epoch; `false` keeps the order of the files")
        @Default("true")
        boolean shuffle) {

  /** One file of rows. */
  @Doc("One source of rows")
  @Shorthand
  public record Source(
      @Doc(
              "A file, folder or glob: JSON, JSON lines, CSV, Parquet or plain text, as it is or gzipped")
          Path path,
      @Doc(
              "Its share of a mixture, relative to the other sources' weights; for every source or for"
                  + " none: without weights all rows of all sources are used")
          Optional<Double> weight,
      @Doc("Read only this many rows, from the top") Optional<Integer> limit,
      @Doc("What its rows look like; unset: `data.form`") Optional<Form> form,
      @Doc("Its columns, beside those of `data.columns`") @Default("{}")
          Map<String, String> columns,
      @Doc(
              "Columns that its files do not have, with the value of every row: name in the form ->"
                  + " value; `task` says which task the rows belong to")
          @Default("{}")
          Map<String, String> set,
      @Doc("How its files hold their rows; unset: told from their names")
          Optional<FileFormat> format,
      @Doc("How its files encode text: the name of a charset") @Default("utf-8") String encoding) {
    /** A source without fixed columns, whose files tell by their names what they are. */
    public Source(
        Path path,
        Optional<Double> weight,
        Optional<Integer> limit,
        Optional<Form> form,
        Map<String, String> columns) {
      this(path, weight, limit, form, columns, Map.of(), Optional.empty(), "utf-8");
    }

    public Source {
      FileKind.of(format, encoding); // refuses a charset that nobody knows

      weight.ifPresent(w -> Check.above("data.train.weight", 0, w));
      limit.ifPresent(n -> Check.atLeast("data.train.limit", 1, n));
    }

    private Source filledFrom(Optional<Form> usualForm, Map<String, String> usualColumns) {
      Map<String, String> all = new LinkedHashMap<>(usualColumns);
      all.putAll(columns);
      return new Source(path, weight, limit, form.or(() -> usualForm), all, set, format, encoding);
    }
  }

  public DataSpec {
    Check.below("data.holdout", 0, 1, holdout);
    if (train.isEmpty()) {
      throw new UserError("data.train must name at least one file, was []");
    }
    if (holdout > 0 && !eval.isEmpty()) {
      throw new UserError("data.eval and data.holdout exclude each other; remove one of them");
    }
    Optional<Form> usualForm = form;
    Map<String, String> usualColumns = columns;
    train = train.stream().map(s -> s.filledFrom(usualForm, usualColumns)).toList();
    eval = eval.stream().map(s -> s.filledFrom(usualForm, usualColumns)).toList();
  }

  /** The same rows to learn from, measured on nothing but a share of them that is set aside. */
  DataSpec holding(double share) {
    return new DataSpec(train, List.of(), share, form, columns, shuffle);
  }
}
