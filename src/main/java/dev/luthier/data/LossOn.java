package dev.luthier.data;

import java.util.List;
import java.util.Locale;

/** Which part of an example is learnt. In a recipe they are called {@link #label}. */
public enum LossOn {
  /** Everything that the assistant says; of plain prompt and completion, the completion. */
  ASSISTANT {
    @Override
    List<Span> spans(RenderedChat chat) {
      return chat.assistant();
    }
  },
  /** The assistant's last turn; of plain prompt and completion, the completion. */
  LAST {
    @Override
    List<Span> spans(RenderedChat chat) {
      return chat.lastAssistant();
    }
  },
  /** The completion; of a chat that is not cut in two, the assistant's last turn. */
  COMPLETION {
    @Override
    List<Span> spans(RenderedChat chat) {
      return chat.completion();
    }
  },
  /** Every token. */
  ALL {
    @Override
    List<Span> spans(RenderedChat chat) {
      return List.of(new Span(0, chat.text().length()));
    }
  };

  abstract List<Span> spans(RenderedChat chat);

  /** How a recipe calls it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
