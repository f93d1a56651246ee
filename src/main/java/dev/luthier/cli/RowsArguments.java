package dev.luthier.cli;

import dev.luthier.data.Form;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the rows of a data file are read. */
final class RowsArguments {
  @Option(
      names = "--form",
      paramLabel = "FORM",
      description = "What the rows look like; unset: told from the columns.")
  private Optional<String> form = Optional.empty();

  @Option(
      names = "--columns",
      paramLabel = "NAME=COLUMN",
      split = ",",
      description = "Columns under other names.")
  private Map<String, String> columns = new LinkedHashMap<>();

  Optional<Form> form() {
    return form.map(Form::of);
  }

  Map<String, String> columns() {
    return columns;
  }
}
