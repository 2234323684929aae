"""Language models behind one protocol: served by anything that speaks OpenAI's protocol, or run in process by vLLM."""
