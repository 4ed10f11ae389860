"""Random samples of lines to judge, and the prevalence of codes estimated from them."""
