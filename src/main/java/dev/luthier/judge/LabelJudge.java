package dev.luthier.judge;

import dev.luthier.error.UserError;
import java.util.List;
import java.util.Optional;

/** Says what the file says. */
public record LabelJudge() implements Judge {
  @Override
  public List<Optional<Opinion>> of(List<Pair> pairs) {
    return pairs.stream()
        .map(
            pair ->
                Optional.of(
                    Opinion.of(
                        pair.label()
                            .orElseThrow(
                                () ->
                                    new UserError(
                                        "%s: the file does not say which answer is better; name a scorer with `of`"
                                            .formatted(pair.place()))))))
        .toList();
  }

  @Override
  public boolean ordered() {
    return false;
  }

  @Override
  public String identity() {
    return "label";
  }
}
