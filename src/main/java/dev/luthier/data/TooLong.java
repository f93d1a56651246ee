package dev.luthier.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What becomes of a row that is longer than the run allows. */
public enum TooLong {
  /** The run does not start. */
  RAISE {
    @Override
    Optional<TokenRow> cut(TokenRow row, int maxLength) {
      return Optional.empty();
    }
  },
  /** The row is left out. */
  DROP {
    @Override
    Optional<TokenRow> cut(TokenRow row, int maxLength) {
      return Optional.empty();
    }
  },
  /** The row's end is cut off; a row that has no target left is left out. */
  TRUNCATE {
    @Override
    Optional<TokenRow> cut(TokenRow row, int maxLength) {
      TokenRow cut =
          new TokenRow(
              Arrays.copyOf(row.ids(), maxLength), Arrays.copyOf(row.trained(), maxLength));
      return Optional.of(cut).filter(left -> left.targets() > 0);
    }
  };

  /** What is left of a row longer than {@code maxLength}; empty if nothing is. */
  abstract Optional<TokenRow> cut(TokenRow row, int maxLength);

  /** How a recipe calls it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
