package dev.luthier.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckTest {
  @Test
  void letsGoodValuesThrough() {
    assertThat(Check.above("k", 0, 0.1)).isEqualTo(0.1);
    assertThat(Check.atLeast("k", 0.0, 0)).isZero();
    assertThat(Check.atLeast("k", 1, 1)).isEqualTo(1);
    assertThat(Check.within("k", 0, 1, 1)).isEqualTo(1);
    assertThat(Check.below("k", 0, 1, 0.999)).isEqualTo(0.999);
  }

  @Test
  void namesKeyRuleAndValue() {
    refused("dpo.beta must be > 0, was -0.1", () -> Check.above("dpo.beta", 0, -0.1));
    refused("k must be > 0, was NaN", () -> Check.above("k", 0, Double.NaN));
    refused("k must be > 0, was Infinity", () -> Check.above("k", 0, Double.POSITIVE_INFINITY));
    refused("k must be >= 0, was -1", () -> Check.atLeast("k", 0.0, -1));
    refused("k must be >= 1, was 0", () -> Check.atLeast("k", 1, 0));
    refused("k must be from 0 to 1, was 1.5", () -> Check.within("k", 0, 1, 1.5));
    refused("k must be >= 0 and < 1, was 1", () -> Check.below("k", 0, 1, 1));
  }

  private static void refused(String line, ThrowingCallable check) {
    assertThatThrownBy(check).isInstanceOf(UserError.class).hasMessage(line);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "0,0", "-0.1,-0.1", "1e-4,0.0001", "1e-9,1E-9", "1e6,1000000", "12.5,12.5"})
  void writesNumbersAsPeopleDo(double value, String text) {
    assertThat(Check.text(value)).isEqualTo(text);
  }
}
