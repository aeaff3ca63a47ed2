"""
Parsers made of the models: what botocore's parser gives, for a fraction of its time.

botocore looks at the model again for each value of each answer. Here a shape becomes a function
once (``xml_shapes.py``, ``json_shapes.py``), which remembers what members an element of it has:
nearly all elements of a list have the same ones in the same order. Whatever is not certain (a
value that cannot be read, a tag that stands twice, an error, a stream) is left to botocore's
parser, which then reads the whole answer (``body_reader.py``).
"""
