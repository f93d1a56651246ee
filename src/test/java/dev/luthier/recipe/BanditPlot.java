package dev.luthier.recipe;

import dev.luthier.loss.Bandit;
import dev.luthier.loss.Dpo;
import dev.luthier.loss.Ipo;
import dev.luthier.loss.Per;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/** Draws docs/preferences-bandit.svg: one answer of two always wins, under DPO and under IPO. */
public final class BanditPlot {
  private static final int STEPS = 400;

  private BanditPlot() {}

  public static void main(String[] arguments) throws IOException {
    double beta = 0.5;
    double[] dpo = Bandit.alwaysWon(new Dpo(beta), STEPS, 4);
    double[] ipo = Bandit.alwaysWon(new Ipo(beta, Per.ANSWER), STEPS, 0.1);
    long[] steps = LongStream.rangeClosed(0, STEPS).toArray();
    Curves.Plot plot =
        Curves.draw(
                List.of(
                    new ReportData.Series("DPO/log_ratio", steps, dpo),
                    new ReportData.Series("IPO/log_ratio", steps, ipo)))
            .get(0);
    Files.writeString(Path.of("docs/preferences-bandit.svg"), plot.svg());
    for (int step : new int[] {0, 25, 50, 100, 200, 400}) {
      System.out.printf("| %d | %.2f | %.2f |%n", step, dpo[step], ipo[step]);
    }
  }
}
