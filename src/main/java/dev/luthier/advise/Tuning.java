package dev.luthier.advise;

/**
 * What trains, with its row of the overview's second table. Where two score alike the earlier one
 * goes first.
 */
public enum Tuning implements Candidate {
  LORA("LoRA", "LoRA", "very high", "0.1-1 %", "high", 95, 100, 0, true, lora("lora")),
  QLORA("QLoRA", "QLoRA", "extremely high", "0.1-1 %", "very high", 90, 98, 1, true, lora("lora")),
  ADAPTERS(
      "Bottleneck adapters",
      "Adapter Tuning",
      "high",
      "0.5-5 %",
      "medium",
      90,
      100,
      1,
      false,
      Keys.of("bottleneck", Keys.of("placement", "houlsby", "width", Keys.of("reduced", 16)))),
  PREFIX(
      "Prefix tuning",
      "Prefix Tuning",
      "extremely high",
      "0.1-0.5 %",
      "high",
      85,
      95,
      1,
      false,
      Keys.of("prefix_tuning", Keys.of("tokens", 20, "form", "direct"))),
  PROMPT(
      "Prompt tuning",
      "Prompt Tuning",
      "extremely high",
      "< 0.01 %",
      "very high",
      80,
      95,
      0,
      false,
      Keys.of("prompt_tuning", Keys.of("tokens", 20))),
  SPARSE(
      "Sparse fine-tuning",
      "Sparse Fine-Tuning",
      "high",
      "0.5-5 %",
      "medium",
      85,
      95,
      2,
      true,
      Keys.of("sparse", Keys.of("share", 0.05, "choose", "magnitude"))),
  IA3("(IA)3", "IA3", "extremely high", "0.01-0.1 %", "very high", 80, 90, 0, true, "ia3"),
  DORA("DoRA", "LoRA", "very high", "0.1-1 %", "high", 95, 100, 0, true, dora()),
  VERA(
      "VeRA",
      "LoRA",
      "extremely high",
      "0.01-0.1 %",
      "high",
      80,
      100,
      0,
      true,
      Keys.of("vera", Keys.of("rank", 256))),
  BITFIT(
      "BitFit",
      "Sparse Fine-Tuning",
      "extremely high",
      "< 0.1 %",
      "high",
      85,
      95,
      0,
      true,
      "bitfit"),
  FULL("Full fine-tuning", "PEFT (general)", "none", "100 %", "low", 100, 100, 0, true, "full");

  private final String title;
  private final String row;
  private final String efficiency;
  private final String share;
  private final String memory;
  private final int least;
  private final int most;
  private final int complexity;
  private final boolean merges;
  private final Object peft;

  /**
   * @param row of the table that it is in, or nearest to
   * @param least of full fine-tuning's performance, in per cent
   * @param complexity 0 low, 1 medium, 2 medium to high
   * @param merges whether weights can hold what it learns
   * @param peft as a recipe has it
   */
  Tuning(
      String title,
      String row,
      String efficiency,
      String share,
      String memory,
      int least,
      int most,
      int complexity,
      boolean merges,
      Object peft) {
    this.title = title;
    this.row = row;
    this.efficiency = efficiency;
    this.share = share;
    this.memory = memory;
    this.least = least;
    this.most = most;
    this.complexity = complexity;
    this.merges = merges;
    this.peft = peft;
  }

  private static Object lora(String name) {
    return Keys.of(name, Keys.of("rank", 16, "alpha", 32, "targets", "all-linear"));
  }

  private static Object dora() {
    return Keys.of(
        "lora", Keys.of("rank", 16, "alpha", 32, "targets", "all-linear", "form", "dora"));
  }

  @Override
  public String title() {
    return title;
  }

  String row() {
    return row;
  }

  String efficiency() {
    return efficiency;
  }

  String share() {
    return share;
  }

  String memory() {
    return memory;
  }

  int least() {
    return least;
  }

  String band() {
    return least == most ? least + " %" : "%d-%d %%".formatted(least, most);
  }

  int complexity() {
    return complexity;
  }

  String complexityWords() {
    return switch (complexity) {
      case 0 -> "low";
      case 1 -> "medium";
      default -> "medium to high";
    };
  }

  boolean merges() {
    return merges;
  }

  Object peft() {
    return peft;
  }

  /** How the frozen weights are kept. */
  String quantize() {
    return this == QLORA ? "nf4" : "none";
  }
}
