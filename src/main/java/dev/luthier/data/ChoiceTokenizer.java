package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes rows for rank classification: the question answered by each of its choices.
 *
 * @param each makes the row of one answer, of which the answer is learnt
 * @param verbalizer for rows that have a class instead of choices
 */
public record ChoiceTokenizer<R extends TrainingRow>(
    RowMaker<R> each, Optional<Verbalizer> verbalizer) implements RowMaker<ChoiceRow<R>> {

  @Override
  public ChoiceRow<R> make(Example example) {
    Example.Choice choice = choice(example);
    Question question = choice.question();
    return new ChoiceRow<>(
        question,
        IntStream.range(0, question.choices().size())
            .mapToObj(i -> each.make(question.answered(i)))
            .toList(),
        choice.right());
  }

  /** The example as a question, by the verbalizer where it has a class; there must be one then. */
  public Example.Choice choice(Example example) {
    return example instanceof Example.Labelled labelled
        ? verbalizer.orElseThrow().of(labelled)
        : (Example.Choice) example;
  }

  /** What is cut is the prompt alone; a row of which an answer would be cut is left out. */
  @Override
  public Optional<ChoiceRow<R>> cut(Example example, int maxLength) {
    ChoiceRow<R> whole = make(example);
    List<R> cut = new ArrayList<>();
    for (int i = 0; i < whole.each().size(); i++) {
      int targets = whole.each().get(i).targets();
      each.cut(whole.question().answered(i), maxLength)
          .filter(row -> row.targets() == targets)
          .ifPresent(cut::add);
    }
    return cut.size() == whole.each().size()
        ? Optional.of(new ChoiceRow<>(whole.question(), cut, whole.right()))
        : Optional.empty();
  }

  @Override
  public boolean fits(ChoiceRow<R> row, int maxLength) {
    return row.each().stream().allMatch(answered -> each.fits(answered, maxLength));
  }

  @Override
  public Tokenizer tokenizer() {
    return each.tokenizer();
  }

  @Override
  public String show(Example example, boolean colours) {
    Example.Choice choice = choice(example);
    List<String> wrong = new ArrayList<>(choice.question().choices());
    wrong.remove(choice.right());
    return each.show(choice.question().answered(choice.right()), colours)
        + System.lineSeparator()
        + "and not: "
        + String.join(" | ", wrong);
  }

  @Override
  public Unit unit() {
    return Unit.of("questions");
  }

  @Override
  public Optional<Fault> fault(ChoiceRow<R> row) {
    int[] alike = row.alike();
    if (alike.length > 0) {
      List<String> choices = row.question().choices();
      return Optional.of(
          new Fault(
              Fault.Kind.ALIKE,
              "has the choices \"%s\" and \"%s\", which are the same tokens"
                  .formatted(choices.get(alike[0]), choices.get(alike[1])),
              "reword one of them"));
    }
    return row.each().stream().map(each::fault).flatMap(Optional::stream).findFirst();
  }

  @Override
  public Findings inspect(Samples train, Samples eval) {
    if (verbalizer.isEmpty()) {
      return TextRows.empty(train, eval);
    }
    LabelSet labels = verbalizer.get().labels();
    labels.check(train);
    labels.check(eval);
    boolean all =
        Stream.of(train, eval)
            .flatMap(set -> set.list().stream())
            .allMatch(sample -> sample.example() instanceof Example.Labelled);
    return all ? new LabelCheck(labels, "rows").inspect(train, eval) : TextRows.empty(train, eval);
  }
}
