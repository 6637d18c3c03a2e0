"""When a customer may be texted: places, clocks, laws and what an organization adds."""
