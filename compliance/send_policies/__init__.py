"""The rules that every outbound text is judged by, one module a family; their order: `config.plugged_in`."""
