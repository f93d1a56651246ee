package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateTest {
  @Test
  void aNarrowModelTakesMore() {
    Rate rate = new Rate.ByWidth(2e-4);
    assertThat(rate.at(4096)).isEqualTo(2e-4);
    // 2^0.781 = 1.718; 16^0.781 = 1.718^4 = 8.717; 2^-0.781 = 0.582
    assertThat(rate.at(2048)).isEqualTo(3.4e-4);
    assertThat(rate.at(256)).isEqualTo(1.7e-3);
    assertThat(rate.at(8192)).isEqualTo(1.2e-4);
  }

  @Test
  void nothingIsSaidOfModelsNarrowerThanWasMeasured() {
    assertThat(new Rate.ByWidth(1e-3).at(16)).isEqualTo(new Rate.ByWidth(1e-3).at(256));
  }

  @Test
  void virtualTokensHaveOneRate() {
    assertThat(new Rate.Fixed(3e-2).at(256)).isEqualTo(3e-2);
    assertThat(new Rate.Fixed(3e-2).at(4096)).isEqualTo(3e-2);
  }
}
